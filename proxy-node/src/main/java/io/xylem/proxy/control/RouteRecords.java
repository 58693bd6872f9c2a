package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceRoute;
import org.jspecify.annotations.Nullable;

/** What a record of the route topic means. */
final class RouteRecords {
    private RouteRecords() {}

    /**
     * @param version from the record's header, which a withdrawal has too
     * @param value null withdraws what the key names
     * @throws IllegalArgumentException when key and value are not a route
     */
    static RouteUpdate read(String key, long version, @Nullable Route value) {
        if (value == null) {
            return switch (Keys.parse(key)) {
                case Keys.Entity.Instance instance -> new RouteUpdate.InstanceWithdrawn(instance.instance(), version);
                case Keys.Entity.Service service -> new RouteUpdate.ServiceWithdrawn(service.service(), version);
                case Keys.Entity.Worker worker ->
                    throw new IllegalArgumentException("there is no route of a worker: " + worker);
            };
        }
        return switch (value.getBody()) {
            case ServiceRoute route ->
                new RouteUpdate.ServiceKnown(
                        ServiceName.parse(route.getService()), AvroWords.toModel(route.getServiceIps()), version);
            case InstanceRoute route ->
                new RouteUpdate.InstanceAt(
                        new InstanceName(ServiceName.parse(route.getService()), route.getInstance()),
                        AvroWords.toModel(route.getInstanceIp()),
                        AvroWords.toModel(route.getNamespaceIp()),
                        route.getWorker(),
                        AvroWords.toModel(route.getUnderlay()),
                        AvroWords.toModel(route.getReadiness()),
                        version);
            case null, default ->
                throw new IllegalArgumentException("a route is of a service or an instance, not " + value.getBody());
        };
    }
}
