package io.xylem.routing.query;

import io.xylem.model.ServiceName;
import io.xylem.routing.domain.WorkerState;
import io.xylem.routing.stream.WorkerBoard;
import io.xylem.runtime.HttpEndpoint;
import io.xylem.runtime.HttpEndpoint.Health;
import io.xylem.runtime.HttpEndpoint.Refused;
import io.xylem.runtime.HttpEndpoint.Request;
import io.xylem.runtime.HttpEndpoint.Response;
import io.xylem.runtime.Metrics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.json.StateJson;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.HostInfo;

/**
 * What there is to ask; of a realm that another instance of routing has, too:
 *
 * <pre>
 *  GET /health/live  /health/ready  /metrics  /topology
 *  GET /workers[?realm=main]
 *  GET /routes[?realm=main]  /routes/{service}[?realm=main]
 * </pre>
 */
public final class RoutingEndpoint {
    private static final String DEFAULT_REALM = "main";

    private RoutingEndpoint() {}

    /**
     * From here on it answers.
     *
     * @param self where the other instances of routing find this one
     */
    public static void start(
            HttpEndpoint http,
            HostInfo self,
            KafkaStreams streams,
            Topology topology,
            Deserializer<Allocation> deserializer,
            WorkerBoard board,
            Metrics metrics) {
        Peers peers = new Peers(streams, self);
        RouteQueries queries = new RouteQueries(streams, deserializer);
        String description = topology.describe().toString();
        http.operations(() -> live(streams.state()), () -> ready(streams.state()), metrics)
                .route("GET", "/topology", _ -> Response.text(description))
                .route(
                        "GET",
                        "/workers",
                        request -> of(peers, "/workers", request, () -> workers(board, realm(request))))
                .route(
                        "GET",
                        "/routes",
                        request -> of(peers, "/routes", request, () -> json(queries.all(realm(request)))))
                .route(
                        "GET",
                        "/routes/*",
                        request ->
                                of(peers, "/routes/" + name(request.rest()), request, () -> service(queries, request)))
                .start();
    }

    private static Response of(Peers peers, String path, Request request, Peers.Answer here)
            throws IOException, InterruptedException {
        return peers.answer(realm(request), path, request.query().containsKey(Peers.PASSED_ON), here);
    }

    private static Health live(KafkaStreams.State state) {
        boolean failed = state == KafkaStreams.State.ERROR || state == KafkaStreams.State.PENDING_ERROR;
        return new Health(!failed, "streams are " + state);
    }

    /** While tasks move or restore, the answer of the local store may be old. */
    private static Health ready(KafkaStreams.State state) {
        return new Health(state == KafkaStreams.State.RUNNING, "streams are " + state);
    }

    /** As of the last beat, half a second ago at most; times are the log's. */
    private static Response workers(WorkerBoard board, String realm) {
        return Response.json(
                board.workers(realm).stream().map(RoutingEndpoint::tree).toList());
    }

    private static Map<String, Object> tree(WorkerState worker) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("worker", worker.worker());
        tree.put(
                "feed",
                worker.feed().map(feed -> feed.name().toLowerCase(Locale.ROOT)).orElse("unheard"));
        tree.put("lost", worker.lost());
        worker.applied().ifPresent(version -> tree.put("applied", version));
        tree.put("behind", worker.behind());
        worker.oldestVersion().ifPresent(version -> tree.put("waitingForVersion", version));
        worker.oldestAtMs()
                .ifPresent(
                        at -> tree.put("waitingSince", Instant.ofEpochMilli(at).toString()));
        worker.heardAtMs()
                .ifPresent(at -> tree.put("heard", Instant.ofEpochMilli(at).toString()));
        tree.put("interests", worker.interests());
        return tree;
    }

    private static Response service(RouteQueries queries, Request request) {
        ServiceName service = name(request.rest());
        String realm = realm(request);
        List<Route> routes = queries.of(realm, service);
        if (routes.isEmpty()) {
            throw new Refused(
                    404, "UNKNOWN_SERVICE", "service '" + service + "' has no route in realm '" + realm + "'");
        }
        return json(routes);
    }

    private static ServiceName name(String text) {
        try {
            return ServiceName.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Refused(400, "INVALID_NAME", String.valueOf(e.getMessage()));
        }
    }

    private static String realm(Request request) {
        return request.query().getOrDefault("realm", DEFAULT_REALM);
    }

    private static Response json(List<Route> routes) {
        return Response.json(routes.stream().map(StateJson::tree).toList());
    }
}
