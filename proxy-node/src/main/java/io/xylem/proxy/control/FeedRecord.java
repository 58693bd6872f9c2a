package io.xylem.proxy.control;

import io.xylem.balancing.Site;
import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Host;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.AddressUnknown;
import io.xylem.schemas.avro.InstanceLoad;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceRoute;
import org.jspecify.annotations.Nullable;

/** What a record of the route feed says. */
sealed interface FeedRecord {
    /** The version of a null value that is no withdrawal: the worker's interest ended. */
    long INTEREST_ENDED = -1;

    /** @param more whether other updates of the same version follow */
    record Update(RouteUpdate update, boolean more) implements FeedRecord {}

    /** What was said of it must be forgotten, its version too. */
    record ServiceForgotten(ServiceName service) implements FeedRecord {}

    /** What was said of it must be forgotten, its version too. */
    record InstanceForgotten(InstanceName instance) implements FeedRecord {}

    /** Flows of all workers to an instance. */
    record Load(InstanceName instance, int flows) implements FeedRecord {}

    /** The answer to a question: nobody has the address now. */
    record Unknown(Ipv6 address) implements FeedRecord {}

    /** An answer or a load is over. */
    record Nothing() implements FeedRecord {}

    /**
     * @param key {@code realm|kind|name}
     * @param headers have the version, also with a null value, which withdraws what the key names
     * @throws IllegalArgumentException when they make no sense together
     */
    static FeedRecord read(String key, org.apache.kafka.common.header.Headers headers, @Nullable Route value) {
        if (value == null) {
            return withoutValue(key, headers);
        }
        return switch (value.getBody()) {
            case ServiceRoute route ->
                update(
                        new RouteUpdate.ServiceKnown(
                                ServiceName.parse(route.getService()),
                                AvroWords.toModel(route.getServiceIps()),
                                Headers.version(headers)),
                        headers);
            case InstanceRoute route -> update(instanceAt(route, Headers.version(headers)), headers);
            case InstanceLoad load ->
                new Load(new InstanceName(ServiceName.parse(load.getService()), load.getInstance()), load.getFlows());
            case AddressUnknown unknown -> new Unknown(Addresses.parse(unknown.getAddress()));
            case null, default ->
                throw new IllegalArgumentException(
                        "a route is of a service or an instance, a load, or an unknown address, not "
                                + value.getBody());
        };
    }

    private static FeedRecord withoutValue(String key, org.apache.kafka.common.header.Headers headers) {
        if (!key.contains("|load|") && !key.contains("|address|")) {
            long version = Headers.version(headers);
            boolean forgotten = version == INTEREST_ENDED;
            return switch (Keys.parse(key)) {
                case Keys.Entity.Instance of when forgotten -> new InstanceForgotten(of.instance());
                case Keys.Entity.Instance of ->
                    update(new RouteUpdate.InstanceWithdrawn(of.instance(), version), headers);
                case Keys.Entity.Service of when forgotten -> new ServiceForgotten(of.service());
                case Keys.Entity.Service of -> update(new RouteUpdate.ServiceWithdrawn(of.service(), version), headers);
                case Keys.Entity.Worker worker ->
                    throw new IllegalArgumentException("there is no route of a worker: " + worker);
            };
        }
        return new Nothing();
    }

    private static RouteUpdate instanceAt(InstanceRoute route, long version) {
        Site site = new Site(
                route.getWorker(),
                route.getZone(),
                route.getLocation() == null ? null : AvroWords.toModel(route.getLocation()));
        return new RouteUpdate.InstanceAt(
                new InstanceName(ServiceName.parse(route.getService()), route.getInstance()),
                AvroWords.toModel(route.getInstanceIp()),
                AvroWords.toModel(route.getNamespaceIp()),
                new Host(site, AvroWords.toModel(route.getUnderlay())),
                route.getWeight(),
                AvroWords.toModel(route.getReadiness()),
                version,
                route.getWorkerLost());
    }

    private static Update update(RouteUpdate update, org.apache.kafka.common.header.Headers headers) {
        return new Update(update, Headers.more(headers));
    }
}
