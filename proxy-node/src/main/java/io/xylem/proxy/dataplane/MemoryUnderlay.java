package io.xylem.proxy.dataplane;

import io.xylem.model.Endpoint;
import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.Addresses;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A network between workers without a kernel: a datagram waits at its destination in a bounded queue, in order, until
 * that receives. For tests and simulations. One thread.
 */
public final class MemoryUnderlay {
    private record Datagram(Endpoint from, byte[] packet) {}

    private final int capacity;
    private final boolean trains;
    private final Map<Endpoint, Queue<Datagram>> queues = new HashMap<>();
    private final Map<Endpoint, Integer> carried = new HashMap<>();

    /** @param capacity how many datagrams wait at an endpoint; further ones are refused */
    public MemoryUnderlay(int capacity) {
        this(capacity, false);
    }

    /** @param trains whether datagrams are received together */
    public MemoryUnderlay(int capacity, boolean trains) {
        this.capacity = capacity;
        this.trains = trains;
    }

    /** The tunnel of the worker at this endpoint. */
    public Tunnel open(Endpoint own) {
        queues.putIfAbsent(own, new ArrayDeque<>());
        return new Tunnel() {
            @Override
            public int receive(PacketBatch into) {
                return MemoryUnderlay.this.receive(own, into);
            }

            @Override
            public int send(PacketBatch from) {
                int taken = 0;
                for (int slot = 0; slot < from.count(); slot++) {
                    taken += MemoryUnderlay.this.send(own, peer(from, slot), MemoryDevice.copyOut(from, slot)) ? 1 : 0;
                }
                return taken;
            }

            @Override
            public int carriedBytes(long peerHigh, long peerLow) {
                return carried.getOrDefault(own, Integer.MAX_VALUE);
            }

            @Override
            public void close() {
                queues.remove(own);
            }
        };
    }

    /** This worker's part of the way takes so long packets in one piece. */
    public void carry(Endpoint own, int bytes) {
        carried.put(own, bytes);
    }

    /** Anybody sends anything. @return false when nobody listens there or its queue is full */
    public boolean send(Endpoint from, Endpoint to, byte[] packet) {
        Queue<Datagram> queue = queues.get(to);
        return queue != null && queue.size() < capacity && queue.add(new Datagram(from, packet.clone()));
    }

    /** Takes a datagram on its way. @return the one sent first to this endpoint and not received yet, or null */
    public byte @Nullable [] poll(Endpoint to) {
        Queue<Datagram> queue = queues.get(to);
        Datagram datagram = queue == null ? null : queue.poll();
        return datagram == null ? null : datagram.packet();
    }

    private int receive(Endpoint own, PacketBatch into) {
        Queue<Datagram> queue = queues.getOrDefault(own, new ArrayDeque<>());
        int received = 0;
        while (!into.isFull() && !queue.isEmpty()) {
            Datagram datagram = queue.remove();
            byte[] bytes = trains ? train(datagram, queue, into.maxPacketBytes()) : datagram.packet();
            int slot = MemoryDevice.copyIn(bytes, into);
            into.setSegmentBytes(slot, bytes.length > datagram.packet().length ? datagram.packet().length : 0);
            setPeer(into, slot, datagram.from());
            received++;
        }
        return received;
    }

    /** With the datagrams that follow it from the same sender, of its size; the last may be shorter. */
    private static byte[] train(Datagram first, Queue<Datagram> queue, int most) {
        ByteArrayOutputStream train = new ByteArrayOutputStream();
        int size = first.packet.length;
        train.writeBytes(first.packet);
        for (Datagram next = queue.peek();
                next != null
                        && next.from.equals(first.from)
                        && next.packet.length <= size
                        && next.packet.length > 0
                        && train.size() % size == 0
                        && train.size() + next.packet.length <= most;
                next = queue.peek()) {
            train.writeBytes(queue.remove().packet);
        }
        return train.toByteArray();
    }

    private static void setPeer(PacketBatch batch, int slot, Endpoint peer) {
        Ipv6 address = Addresses.underlay(peer);
        batch.setPeer(slot, address.high(), address.low(), peer.port());
    }

    private static Endpoint peer(PacketBatch batch, int slot) {
        return new Endpoint(Addresses.text(batch.peerHigh(slot), batch.peerLow(slot)), batch.peerPort(slot));
    }
}
