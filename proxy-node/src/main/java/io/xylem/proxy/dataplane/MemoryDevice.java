package io.xylem.proxy.dataplane;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A device without a kernel: two bounded queues of packets, for tests and simulations. One thread. */
public final class MemoryDevice implements PacketDevice {
    private final int capacity;
    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private final Queue<byte[]> written = new ArrayDeque<>();

    /** @param capacity how many packets each queue holds; further ones are refused */
    public MemoryDevice(int capacity) {
        this.capacity = capacity;
    }

    /** An instance sends. @return false when there is no room */
    public boolean offer(byte[] packet) {
        return waiting.size() < capacity && waiting.add(packet.clone());
    }

    /** An instance receives. @return the packet written first, or null */
    public byte @Nullable [] poll() {
        return written.poll();
    }

    @Override
    public int read(PacketBatch into) {
        int read = 0;
        while (!into.isFull() && !waiting.isEmpty()) {
            copyIn(waiting.remove(), into);
            read++;
        }
        return read;
    }

    @Override
    public int write(PacketBatch from) {
        int taken = Math.min(from.count(), capacity - written.size());
        for (int slot = 0; slot < taken; slot++) {
            written.add(copyOut(from, slot));
        }
        return taken;
    }

    @Override
    public void close() {
        waiting.clear();
    }

    /** What does not fit into a slot is cut, as a datagram is. @return the slot */
    static int copyIn(byte[] packet, PacketBatch into) {
        int length = Math.min(packet.length, into.maxPacketBytes());
        into.memory().put(into.offset(into.count()), packet, 0, length);
        return into.add(length);
    }

    static byte[] copyOut(PacketBatch from, int slot) {
        byte[] packet = new byte[from.length(slot)];
        from.memory().get(from.offset(slot), packet);
        return packet;
    }
}
