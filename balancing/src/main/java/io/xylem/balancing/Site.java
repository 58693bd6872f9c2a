package io.xylem.balancing;

import io.xylem.model.Location;
import org.jspecify.annotations.Nullable;

/** Where a worker is, as far as its operator said. */
public record Site(
        String worker, @Nullable String zone, @Nullable Location location) {}
