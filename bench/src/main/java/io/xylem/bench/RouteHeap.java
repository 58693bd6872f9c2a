package io.xylem.bench;

import io.xylem.proxy.control.RealmRoutes;
import java.lang.ref.Reference;
import java.util.List;

/** What a route takes on the heap of a proxy's control side, packets' table included, against its Avro record's value. */
final class RouteHeap implements Figure {
    private static final int COLLECTIONS = 4;

    private final RealmRoutes realm;
    private final Comparison heap = new Comparison("heap of a route", "bytes", "at most 4, aim 2");

    RouteHeap(RealmRoutes realm) {
        this.realm = realm;
    }

    @Override
    public void round(int round) {
        int routes = realm.instances + realm.services;
        long avroBytes = 0;
        for (int service = 0; service < realm.services; service++) {
            avroBytes += realm.serviceValue(service).length;
        }
        for (int n = 0; n < realm.instances; n++) {
            avroBytes += realm.instanceValue(n, true, 2 + n).length;
        }
        long before = usedBytes();
        Object kept = realm.read();
        try {
            heap.add((double) avroBytes / routes, (double) (usedBytes() - before) / routes);
        } finally {
            Reference.reachabilityFence(kept);
        }
    }

    private static long usedBytes() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Override
    public List<Comparison> comparisons() {
        return List.of(heap);
    }

    @Override
    public void close() {}
}
