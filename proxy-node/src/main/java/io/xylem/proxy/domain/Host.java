package io.xylem.proxy.domain;

import io.xylem.model.Endpoint;
import io.xylem.model.Location;
import org.jspecify.annotations.Nullable;

/** The worker of a route, as its operator described it. All routes to one worker share one. */
public record Host(
        String worker,
        Endpoint underlay,
        @Nullable String zone,
        @Nullable Location location) {}
