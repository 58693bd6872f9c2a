package io.xylem.routing.stream;

import io.xylem.routing.domain.RouteChange;
import io.xylem.schemas.avro.Route;
import org.jspecify.annotations.Nullable;

/** The values of one realm's routes; a route that goes to many workers one after the other is the same object for all. */
final class RouteValues {
    private final String realm;
    private @Nullable RouteChange last;
    private @Nullable Route value;

    RouteValues(String realm) {
        this.realm = realm;
    }

    /** Null for a withdrawal. */
    @SuppressWarnings("ReferenceEquality") // the very change: what is equal costs a comparison
    @Nullable
    Route of(RouteChange change) {
        if (change != last) {
            value = RouteRecords.toAvro(realm, change);
            last = change;
        }
        return value;
    }
}
