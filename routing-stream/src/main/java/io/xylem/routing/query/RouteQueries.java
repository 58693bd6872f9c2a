package io.xylem.routing.query;

import io.xylem.model.ServiceName;
import io.xylem.routing.domain.AllocationDecider;
import io.xylem.routing.domain.Entity;
import io.xylem.routing.stream.Entries;
import io.xylem.routing.stream.RouteRecords;
import io.xylem.routing.stream.RoutingTopology;
import io.xylem.routing.stream.StoredView;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Route;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/** The routes as the local store has them, by interactive query; {@link Peers} knows which realms are in it. */
final class RouteQueries {
    private final KafkaStreams streams;
    private final Deserializer<Allocation> deserializer;

    RouteQueries(KafkaStreams streams, Deserializer<Allocation> deserializer) {
        this.streams = streams;
        this.deserializer = deserializer;
    }

    /** Services first, then instances, by name. */
    List<Route> all(String realm) {
        StoredView view = view(realm);
        return routes(realm, view, Stream.concat(view.services().stream(), view.instances(null).stream()));
    }

    /** The service's own route, then those of its instances; empty if there is no such service. */
    List<Route> of(String realm, ServiceName service) {
        StoredView view = view(realm);
        return routes(
                realm,
                view,
                Stream.concat(
                        view.service(service).stream()
                                .map(found -> found.value().entity()),
                        view.instances(service).stream()));
    }

    private StoredView view(String realm) {
        return new StoredView(realm, new QueriedEntries(streams), deserializer);
    }

    private static List<Route> routes(String realm, StoredView view, Stream<Entity> entities) {
        return entities.flatMap(entity -> AllocationDecider.current(view, entity).stream())
                // What goes while it is being listed is a withdrawal: not a route.
                .map(change -> RouteRecords.toAvro(realm, change))
                .filter(Objects::nonNull)
                .toList();
    }

    private record QueriedEntries(KafkaStreams streams) implements Entries {
        @Override
        public byte @Nullable [] get(String key) {
            return ask(KeyQuery.<String, byte[]>withKey(key)).stream()
                    .map(QueryResult::getResult)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public List<KeyValue<String, byte[]>> range(String first, String last) {
            List<KeyValue<String, byte[]>> found = new ArrayList<>();
            for (QueryResult<KeyValueIterator<String, byte[]>> result :
                    ask(RangeQuery.<String, byte[]>withRange(first, last))) {
                try (KeyValueIterator<String, byte[]> iterator = result.getResult()) {
                    iterator.forEachRemaining(found::add);
                }
            }
            return found;
        }

        /** All local partitions are asked: a realm's keys are in one of them. */
        private <R> Collection<QueryResult<R>> ask(Query<R> query) {
            try {
                Collection<QueryResult<R>> results = streams.query(
                                StateQueryRequest.inStore(RoutingTopology.STORE).withQuery(query))
                        .getPartitionResults()
                        .values();
                for (QueryResult<R> result : results) {
                    if (result.isFailure() && result.getFailureReason() != FailureReason.NOT_UP_TO_BOUND) {
                        throw Peers.notReady(result.getFailureMessage());
                    }
                }
                return results;
            } catch (StreamsException | IllegalStateException e) {
                throw Peers.notReady(String.valueOf(e.getMessage()));
            }
        }
    }
}
