package io.xylem.proxy.dataplane;

import java.io.IOException;

/** The way to the other workers: raw packets in UDP datagrams. Non-blocking; one thread. */
public interface Tunnel extends AutoCloseable {
    /**
     * Fills free slots of {@code into} with datagrams that wait, each with its peer; several of one peer may come as a
     * train. An empty datagram is a packet of length 0; one longer than a slot is cut to the slot, so that its length does
     * not match its header.
     *
     * @return how many slots were filled; 0 when none waits
     */
    int receive(PacketBatch into) throws IOException;

    /**
     * Sends all packets of {@code from}, none of them a super-packet, to their peers, in order. What the kernel refuses
     * is lost.
     *
     * @return how many the kernel took
     */
    int send(PacketBatch from) throws IOException;

    /** How long a packet to this peer may be to go in one piece, as far as is known now. Asked for each new connection. */
    default int carriedBytes(long peerHigh, long peerLow) {
        return Integer.MAX_VALUE;
    }

    /** Of the packets of the last {@link #send}, those that were lost before it came to the kernel, counted with their reason. */
    default int refused() {
        return 0;
    }

    @Override
    void close();
}
