package io.xylem.proxy.linux;

import io.xylem.proxy.dataplane.PacketBatch;
import org.jspecify.annotations.Nullable;

/** Where the memory of the batch used last begins; asked again only when another batch comes. */
final class BatchAddress {
    private @Nullable PacketBatch batch; // kept reachable, and with it its memory
    private long address;

    long of(PacketBatch current) {
        if (current != batch) {
            address = Native.address(current.memory());
            batch = current;
        }
        return address;
    }
}
