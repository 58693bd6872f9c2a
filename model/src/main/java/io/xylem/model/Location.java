package io.xylem.model;

/** A place on earth, in degrees. */
public record Location(double latitude, double longitude) {
    public Location {
        if (!(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) {
            throw new IllegalArgumentException(
                    "latitude is -90 to 90 and longitude -180 to 180, not " + latitude + ", " + longitude);
        }
    }
}
