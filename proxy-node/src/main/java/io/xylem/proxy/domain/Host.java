package io.xylem.proxy.domain;

import io.xylem.balancing.Site;
import io.xylem.model.Endpoint;

/** The worker of a route: where it is, and where its tunnel listens. All routes to one worker share one. */
public record Host(Site site, Endpoint underlay) {
    public String worker() {
        return site.worker();
    }
}
