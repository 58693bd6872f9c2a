package io.xylem.routing.stream;

import io.xylem.routing.domain.Allocated;
import io.xylem.routing.domain.RouteChange;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Headers;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceRoute;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** What the proxies must learn, as records of the routes. */
public final class RouteRecords {
    private RouteRecords() {}

    /**
     * @param more others of the same version follow
     * @param timestamp of the record that caused it: a route is as old as its cause
     */
    static Record<String, @Nullable Route> write(String realm, RouteChange change, boolean more, long timestamp) {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, change.version());
        if (more) {
            Headers.setMore(headers);
        }
        return new Record<>(AllocationRecords.key(realm, change.entity()), toAvro(realm, change), timestamp, headers);
    }

    /** Null for a withdrawal. */
    public static @Nullable Route toAvro(String realm, RouteChange change) {
        return switch (change) {
            case RouteChange.ServiceRouted routed ->
                new Route(
                        realm,
                        routed.version(),
                        new ServiceRoute(
                                routed.service().name().toString(),
                                AvroWords.toAvro(routed.service().serviceIps())));
            case RouteChange.InstanceRouted routed -> new Route(realm, routed.version(), instance(routed));
            case RouteChange.ServiceWithdrawn _, RouteChange.InstanceWithdrawn _ -> null;
        };
    }

    private static InstanceRoute instance(RouteChange.InstanceRouted routed) {
        Allocated.Instance instance = routed.instance();
        Allocated.Worker worker = routed.worker();
        return new InstanceRoute(
                instance.name().service().toString(),
                instance.name().number(),
                AvroWords.toAvro(instance.instanceIp()),
                AvroWords.toAvro(instance.namespaceIp()),
                worker.name(),
                worker.cluster(),
                AvroWords.toAvro(worker.underlay()),
                worker.zone(),
                worker.location() == null ? null : AvroWords.toAvro(worker.location()),
                AvroWords.toAvro(routed.readiness()),
                instance.weight(),
                worker.lost());
    }
}
