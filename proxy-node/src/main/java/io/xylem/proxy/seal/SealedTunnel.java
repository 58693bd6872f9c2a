package io.xylem.proxy.seal;

import io.xylem.proxy.dataplane.PacketBatch;
import io.xylem.proxy.dataplane.Tunnel;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel in which everything is encrypted, probes too, and from which nothing comes that is not from the worker whose
 * address it bears. Packets are encrypted where they are put together for the system call; nothing is allocated.
 *
 * <pre>
 *  packet ──► copied behind the header ── encrypted in place ──► tunnel
 *  packet ◄── decrypted into its slot ── number new? key known? ◄── tunnel
 * </pre>
 *
 * Packets of one size have one size in the tunnel, so they go and come in trains as they would without.
 */
public final class SealedTunnel implements Tunnel {
    private static final int SENT_PACKETS = 256;
    /** More than instances may send; what is longer is lost. */
    private static final int SENT_BYTES = 2_304;

    private static final int RECEIVED_TRAINS = 16;
    private static final int TRAIN_BYTES = 65_535;

    private final Tunnel tunnel;
    private final Keyring keys;
    private final Counters counters;
    private final PacketBatch sealed = PacketBatch.of(SENT_PACKETS, SENT_BYTES);
    private final PacketBatch received = PacketBatch.of(RECEIVED_TRAINS, TRAIN_BYTES);
    private int refused;

    public SealedTunnel(Tunnel tunnel, Keyring keys, Counters counters) {
        this.tunnel = tunnel;
        this.keys = keys;
        this.counters = counters;
    }

    @Override
    public int send(PacketBatch from) throws IOException {
        Peers peers = keys.peers();
        refused = 0;
        int taken = 0;
        sealed.clear();
        for (int slot = 0; slot < from.count(); slot++) {
            if (sealed.isFull()) {
                taken += flush();
            }
            Peer peer = peers.find(from.peerHigh(slot), from.peerLow(slot));
            Session session = peer == null ? null : peer.sending();
            if (session == null || session.isUsedUp()) {
                counters.drop(Direction.OUTBOUND, Drop.NO_TUNNEL_KEY);
                refused++;
            } else if (from.length(slot) + SealedFrame.OVERHEAD_BYTES <= SENT_BYTES) {
                seal(from, slot, session);
            }
        }
        return taken + flush();
    }

    @Override
    public int refused() {
        return refused;
    }

    private void seal(PacketBatch from, int slot, Session session) {
        int at = sealed.offset(sealed.count());
        ByteBuffer memory = sealed.memory();
        int to = at + SealedFrame.HEADER_BYTES;
        memory.put(to, from.memory(), from.offset(slot), from.headLength(slot));
        to += from.headLength(slot);
        for (int piece = from.firstPiece(slot); piece >= 0; piece = from.nextPiece(piece)) {
            memory.put(to, from.memory(), from.pieceOffset(piece), from.pieceLength(piece));
            to += from.pieceLength(piece);
        }
        int added = sealed.add(session.seal(memory, at, from.length(slot)));
        sealed.setPeer(added, from.peerHigh(slot), from.peerLow(slot), from.peerPort(slot));
    }

    private int flush() throws IOException {
        int taken = sealed.count() == 0 ? 0 : tunnel.send(sealed);
        sealed.clear();
        return taken;
    }

    @Override
    public int receive(PacketBatch into) throws IOException {
        received.clear();
        tunnel.receive(received);
        Peers peers = keys.peers();
        int before = into.count();
        for (int slot = 0; slot < received.count() && !into.isFull(); slot++) {
            Peer peer = peers.find(received.peerHigh(slot), received.peerLow(slot));
            int length = open(slot, peer, into, into.offset(into.count()));
            if (length >= 0) {
                int added = into.add(length);
                into.setPeer(added, received.peerHigh(slot), received.peerLow(slot), received.peerPort(slot));
                int unit = received.segmentBytes(slot);
                into.setSegmentBytes(added, unit == 0 ? 0 : unit - SealedFrame.OVERHEAD_BYTES);
            }
        }
        return into.count() - before;
    }

    /** Opens a train. @return the length of what was in it; -1 if nothing was */
    private int open(int slot, @Nullable Peer peer, PacketBatch into, int at) {
        int train = received.length(slot);
        int unit = received.segmentBytes(slot) == 0 ? train : received.segmentBytes(slot);
        int opened = 0;
        boolean isAny = false;
        for (int position = 0; position < Math.max(1, train); position += Math.max(1, unit)) {
            int length = Math.min(unit, train - position);
            Drop reason = open(received.offset(slot) + position, length, peer, into, at + opened);
            if (reason == null) {
                opened += length - SealedFrame.OVERHEAD_BYTES;
                isAny = true;
            } else {
                counters.drop(Direction.INBOUND, reason);
            }
        }
        return isAny ? opened : -1;
    }

    private @Nullable Drop open(int at, int length, @Nullable Peer peer, PacketBatch into, int to) {
        ByteBuffer memory = received.memory();
        if (!SealedFrame.is(memory, at, length)) {
            return Drop.NOT_ENCRYPTED;
        }
        Session session = peer == null ? null : peer.receiving(SealedFrame.id(memory, at));
        if (peer == null || session == null) {
            return Drop.UNKNOWN_TUNNEL_KEY;
        }
        long number = SealedFrame.number(memory, at);
        if (session.isReplayed(number)) {
            return Drop.REPLAYED;
        }
        if (length - SealedFrame.OVERHEAD_BYTES > into.maxPacketBytes() - (to - into.offset(into.count()))
                || !session.open(memory, at, length, number, into.memory(), to)) {
            return Drop.NOT_AUTHENTIC;
        }
        peer.heard(session);
        return null;
    }

    @Override
    public int carriedBytes(long peerHigh, long peerLow) {
        return tunnel.carriedBytes(peerHigh, peerLow) - SealedFrame.OVERHEAD_BYTES;
    }

    @Override
    public void close() {
        tunnel.close();
    }
}
