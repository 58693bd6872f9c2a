package io.xylem.balancing;

import io.xylem.model.Location;
import java.util.Locale;

/**
 * How far a worker is from the client's. Estimates are of the size of what will be measured, so that the two can be
 * compared while some workers are not measured yet: within a zone a millisecond at most; elsewhere a millisecond and 15 µs
 * a kilometre (light in glass there and back takes 10, and no cable is straight).
 */
record Distance(Kind kind, long ns) {
    enum Kind {
        OWN_WORKER,
        MEASURED,
        ZONE,
        GEOGRAPHIC,
        UNKNOWN,
        SILENT
    }

    /** Closer than whatever was measured. */
    static final long OWN_NS = -1;

    private static final double EARTH_RADIUS_KM = 6_371;
    private static final double NS_PER_KM = 15_000;
    private static final long ZONE_NS = 500_000;
    private static final long OUT_OF_ZONE_NS = 1_000_000;
    private static final double FARTHEST_KM = Math.PI * EARTH_RADIUS_KM;

    static Distance to(Site site, Choice choice) {
        Site own = choice.site();
        if (site.worker().equals(own.worker())) {
            return new Distance(Kind.OWN_WORKER, OWN_NS);
        }
        long measured = choice.measurements().roundTripNs(site.worker());
        if (measured == Measurements.SILENT) {
            return new Distance(Kind.SILENT, Long.MAX_VALUE);
        }
        if (measured != Measurements.UNKNOWN) {
            return new Distance(Kind.MEASURED, measured);
        }
        Location here = own.location();
        Location there = site.location();
        double km = here == null || there == null ? Double.NaN : km(here, there);
        if (site.zone() != null && site.zone().equals(own.zone())) {
            return new Distance(
                    Kind.ZONE, Double.isNaN(km) ? ZONE_NS : Math.min((long) (NS_PER_KM * km), OUT_OF_ZONE_NS));
        }
        return Double.isNaN(km)
                ? new Distance(Kind.UNKNOWN, OUT_OF_ZONE_NS + (long) (NS_PER_KM * FARTHEST_KM) + 1)
                : new Distance(Kind.GEOGRAPHIC, OUT_OF_ZONE_NS + (long) (NS_PER_KM * km));
    }

    /** Along the surface, by the haversine formula. */
    static double km(Location a, Location b) {
        double sinLatitude = Math.sin(Math.toRadians(b.latitude() - a.latitude()) / 2);
        double sinLongitude = Math.sin(Math.toRadians(b.longitude() - a.longitude()) / 2);
        double haversine = sinLatitude * sinLatitude
                + Math.cos(Math.toRadians(a.latitude()))
                        * Math.cos(Math.toRadians(b.latitude()))
                        * sinLongitude
                        * sinLongitude;
        return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(haversine)));
    }

    /** For people. */
    @Override
    public String toString() {
        String ms = String.format(Locale.ROOT, "%.2f ms", ns / 1e6);
        return switch (kind) {
            case OWN_WORKER -> "own worker";
            case MEASURED -> ms;
            case ZONE -> "same zone, unmeasured, about " + ms;
            case GEOGRAPHIC -> "unmeasured, about " + ms + " by its location";
            case UNKNOWN -> "unmeasured, no location";
            case SILENT -> "does not answer";
        };
    }
}
