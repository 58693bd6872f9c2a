package io.xylem.routing.stream;

import io.xylem.routing.domain.Entity;
import io.xylem.routing.domain.Output;
import io.xylem.routing.domain.RouteChange;
import io.xylem.routing.domain.RoutingView;
import io.xylem.routing.domain.Told;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.AddressUnknown;
import io.xylem.schemas.avro.InstanceLoad;
import io.xylem.schemas.avro.Route;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** What one worker learns, as records of worker-routes. */
final class FeedRecords {
    private FeedRecords() {}

    /** @param routes each made into a record's value once */
    static Record<String, @Nullable Route> write(String realm, Output.Tell tell, long timestamp, RouteValues routes) {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, version(tell.what()));
        if (tell.more()) {
            Headers.setMore(headers);
        }
        return new Record<>(
                Keys.fed(tell.worker(), key(realm, tell.what())),
                value(realm, tell.what(), routes),
                timestamp,
                headers);
    }

    private static String key(String realm, Told told) {
        return switch (told) {
            case Told.Route(RouteChange change) -> AllocationRecords.key(realm, change.entity());
            case Told.Forget(Entity entity) -> AllocationRecords.key(realm, entity);
            case Told.Load(var _, var instance, var _) -> Keys.load(realm, instance);
            case Told.ForgetLoad(var instance) -> Keys.load(realm, instance);
            case Told.Unknown(var _, String address) -> Keys.address(realm, address);
            case Told.ForgetAddress(String address) -> Keys.address(realm, address);
        };
    }

    private static long version(Told told) {
        return switch (told) {
            case Told.Route(RouteChange change) -> change.version();
            case Told.Load(long version, var _, var _) -> version;
            case Told.Unknown(long version, var _) -> version;
            case Told.Forget _, Told.ForgetLoad _, Told.ForgetAddress _ -> RoutingView.NOTHING;
        };
    }

    private static @Nullable Route value(String realm, Told told, RouteValues routes) {
        return switch (told) {
            case Told.Route(RouteChange change) -> routes.of(change);
            case Told.Load(long version, var instance, int flows) ->
                new Route(realm, version, new InstanceLoad(instance.service().toString(), instance.number(), flows));
            case Told.Unknown(long version, String address) -> new Route(realm, version, new AddressUnknown(address));
            case Told.Forget _, Told.ForgetLoad _, Told.ForgetAddress _ -> null;
        };
    }
}
