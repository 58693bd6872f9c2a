package io.xylem.proxy.linux;

import io.xylem.proxy.dataplane.PacketBatch;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where the memory of a batch begins; asked again only when a batch with other memory comes. */
final class BatchAddress {
    private @Nullable ByteBuffer memory; // kept reachable
    private long address;

    @SuppressWarnings("ReferenceEquality") // the very memory, not its contents
    long of(PacketBatch batch) {
        if (batch.memory() != memory) {
            memory = batch.memory();
            address = Native.address(batch.memory());
        }
        return address;
    }
}
