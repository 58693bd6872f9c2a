package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Fragments;
import io.xylem.proxy.domain.Packet;
import io.xylem.proxy.domain.SegmentSizes;
import io.xylem.proxy.domain.Target;
import io.xylem.proxy.domain.Translator;
import io.xylem.proxy.domain.TunnelPeer;
import io.xylem.proxy.domain.Verdict;
import io.xylem.proxy.domain.WaitingPackets;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One packet after the other: it is looked at, gets its verdict, and waits or is refused. For both directions. One thread. */
final class Handler {
    private static final Logger LOG = LoggerFactory.getLogger(Handler.class);

    private final Tunnel tunnel;
    private final Translator translator;
    private final Fragments fragments;
    private final WaitingPackets waiting;
    private final Answering answering;
    private final Counters counters;
    private final Packet packet = new Packet();
    private final TunnelPeer peer = new TunnelPeer();
    private final PacketBatch cut;
    private final Segmenter segmenter;
    private final Captures captures = new Captures();
    private boolean defectSeen;

    /** @param memory of all batches that are handled, with room for {@link Segmenter#MAX_HEADER_BYTES} */
    Handler(
            PacketMemory memory,
            Tunnel tunnel,
            Translator translator,
            Fragments fragments,
            WaitingPackets waiting,
            Answering answering,
            Counters counters) {
        this.tunnel = tunnel;
        this.translator = translator;
        this.fragments = fragments;
        this.waiting = waiting;
        this.answering = answering;
        this.counters = counters;
        cut = memory.views(1, 1);
        segmenter = new Segmenter(memory.slots(1, Segmenter.MAX_HEADER_BYTES));
    }

    /** Who is shown the packets that are handled. */
    Captures captures() {
        return captures;
    }

    /** The packet that was looked at last. */
    Packet packet() {
        return packet;
    }

    Verdict.Outbound outbound(PacketBatch from, int slot, long nowNs) {
        if (!captures.isOn()) {
            return decideOutbound(from, slot, nowNs);
        }
        captures.before(from, slot);
        Verdict.Outbound verdict = decideOutbound(from, slot, nowNs);
        captures.after(from, slot, verdict, nowNs);
        return verdict;
    }

    private Verdict.Outbound decideOutbound(PacketBatch from, int slot, long nowNs) {
        try {
            Drop malformed = look(from, slot);
            if (malformed != null) {
                return malformed;
            }
            Verdict.Outbound verdict =
                    packet.isFragment() ? fragments.outbound(packet, nowNs) : translator.outbound(packet, nowNs);
            if (packet.isSynchronizing() && verdict instanceof Target target) {
                SegmentSizes.limit(
                        packet,
                        target.local()
                                ? SegmentSizes.LINK_BYTES
                                : tunnel.carriedBytes(target.peerHigh(), target.peerLow()));
            }
            return verdict;
        } catch (RuntimeException e) {
            return defect(e);
        }
    }

    Verdict.Inbound inbound(PacketBatch from, int slot, long nowNs) {
        if (!captures.isOn()) {
            return decideInbound(from, slot, nowNs);
        }
        captures.before(from, slot);
        Verdict.Inbound verdict = decideInbound(from, slot, nowNs);
        captures.after(from, slot, verdict, nowNs);
        return verdict;
    }

    private Verdict.Inbound decideInbound(PacketBatch from, int slot, long nowNs) {
        try {
            Drop malformed = look(from, slot);
            peer.set(from.peerHigh(slot), from.peerLow(slot), from.peerPort(slot));
            if (malformed != null) {
                return malformed;
            }
            Verdict.Inbound verdict = packet.isFragment()
                    ? fragments.inbound(packet, peer, nowNs)
                    : translator.inbound(packet, peer, nowNs);
            if (packet.isSynchronizing() && verdict instanceof Attachment) {
                SegmentSizes.limit(packet, tunnel.carriedBytes(peer.high(), peer.low()));
            }
            return verdict;
        } catch (RuntimeException e) {
            return defect(e);
        }
    }

    /** Of the packet that was looked at last, and is now as it would be in the tunnel. */
    Verdict.Inbound inboundToo(PacketBatch from, int slot, long nowNs) {
        if (!captures.isOn()) {
            return decideInboundToo(nowNs);
        }
        captures.before(from, slot);
        Verdict.Inbound verdict = decideInboundToo(nowNs);
        captures.after(from, slot, verdict, nowNs);
        return verdict;
    }

    private Verdict.Inbound decideInboundToo(long nowNs) {
        try {
            return packet.isFragment() ? fragments.inbound(packet, null, nowNs) : translator.inbound(packet, nowNs);
        } catch (RuntimeException e) {
            return defect(e);
        }
    }

    private @Nullable Drop look(PacketBatch from, int slot) {
        boolean isPartial = from.isChecksumPartial(slot);
        Drop malformed = packet.wrap(from.memory(), from.offset(slot), from.length(slot), isPartial);
        if (malformed != null) {
            return malformed;
        }
        if (isPartial && !packet.hasChecksumAt(from.checksumStart(slot), from.checksumField(slot))) {
            // Not the checksum that a change of addresses changes.
            PartialChecksum.complete(from, slot);
            return packet.wrap(from.memory(), from.offset(slot), from.length(slot), false);
        }
        if (from.segmentBytes(slot) > 0 && packet.hasPorts()) {
            int payload = from.length(slot) - packet.headerBytes();
            from.setPackets(slot, Math.max(1, Math.ceilDiv(payload, from.segmentBytes(slot))));
        }
        return null;
    }

    /** What need not wait any more goes before what comes now. @return how many */
    int release(Direction direction, PacketBatch into) {
        while (!into.isFull()) {
            WaitingPackets.Released first = waiting.release(direction);
            WaitingPackets.Released released = first == null ? fragments.release(direction) : first;
            if (released == null) {
                break;
            }
            int slot = MemoryDevice.copyIn(released.packet(), into);
            TunnelPeer from = released.peer();
            if (from != null) {
                into.setPeer(slot, from.high(), from.low(), from.port());
            }
        }
        return into.count();
    }

    /**
     * The packet that was looked at last waits, or is lost.
     *
     * @param isNew whether it has not waited already, so that it may
     */
    void refuse(Direction direction, PacketBatch from, int slot, Drop reason, boolean isNew, long nowNs)
            throws IOException {
        boolean mayWait = isNew && isWaitedFor(direction, reason);
        Drop why = mayWait ? keep(direction, from, slot, nowNs) : reason;
        if (!mayWait) {
            counters.drop(direction, reason, from.packets(slot));
        }
        if (why != null && direction == Direction.OUTBOUND) {
            answering.refuse(packet, why, nowNs);
        }
    }

    private static boolean isWaitedFor(Direction direction, Drop reason) {
        return reason == Drop.NO_FIRST_FRAGMENT
                || reason == (direction == Direction.OUTBOUND ? Drop.UNKNOWN_DESTINATION : Drop.UNKNOWN_SOURCE);
    }

    /** What waits are whole packets, since how super-packets are made may not outlast their turn. @return why the last does not */
    private @Nullable Drop keep(Direction direction, PacketBatch from, int slot, long nowNs) {
        if (from.packets(slot) == 1 || !segmenter.begin(from, slot, packet)) {
            PartialChecksum.complete(from, slot);
            return keep(direction, MemoryDevice.copyOut(from, slot), nowNs);
        }
        Drop last = null;
        while (segmenter.hasNext()) {
            cut.clear();
            last = keep(direction, MemoryDevice.copyOut(cut, segmenter.next(cut)), nowNs);
        }
        return last;
    }

    private @Nullable Drop keep(Direction direction, byte[] bytes, long nowNs) {
        TunnelPeer from = direction == Direction.INBOUND ? peer : null;
        Drop why = packet.isLaterFragment()
                ? fragments.keep(direction, packet, from, bytes, nowNs)
                : waiting.keep(direction, packet, from, ByteBuffer.wrap(bytes), 0, bytes.length, nowNs);
        if (why != null) {
            counters.drop(direction, why);
        }
        return why;
    }

    /** A defect here must cost its packet and not the worker's traffic; the first one is told in full. */
    private Drop defect(RuntimeException e) {
        if (!defectSeen) {
            defectSeen = true;
            LOG.error(
                    "a packet could not be handled; further ones like it are only counted ({})",
                    Drop.INTERNAL_ERROR,
                    e);
        }
        return Drop.INTERNAL_ERROR;
    }
}
