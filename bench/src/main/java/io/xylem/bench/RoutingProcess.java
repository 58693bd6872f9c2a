package io.xylem.bench;

import io.xylem.routing.RoutingMain;

/** Routing with a registry inside of its process, as {@link AllocatorProcess}. */
final class RoutingProcess {
    private RoutingProcess() {}

    public static void main(String[] args) {
        Log.register();
        RoutingMain.main(args);
    }
}
