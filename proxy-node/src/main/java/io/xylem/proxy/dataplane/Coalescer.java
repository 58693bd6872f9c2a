package io.xylem.proxy.dataplane;

import io.xylem.proxy.dataplane.PacketDevice.Merging;
import io.xylem.proxy.domain.Checksums;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Puts packets that follow one another in a flow together to super-packets, as the kernel's GRO does, so that everything
 * behind is done once for dozens of packets. Only what {@link Segmenter} gives back bit by bit is put together (but for
 * the identification of unfragmentable IPv4 packets and for PSH); in particular every checksum was right. What can't be
 * put together passes as it is, and no packet overtakes another of its flow. One thread.
 *
 * <pre>
 *  train  │hdr│pay 1│hdr│pay 2│hdr│pay 3│   ──►   view: head │hdr│pay 1│ ──► │pay 2│ ──► │pay 3│
 * </pre>
 */
final class Coalescer {
    /** Linux takes no more of a UDP super-packet (UDP_MAX_SEGMENTS was 64 for long). */
    private static final int MAX_SEGMENTS = 64;

    private static final int MAX_PACKET_BYTES = 65_535;
    private static final int TABLE = 512;
    private static final int FIN_OR_PSH = 0x0009_0000; // in the word that begins with the data offset

    private final Merging merging;
    private final PacketBatch into;
    private final Segment segment = new Segment();
    private final int[] segments;
    private final int[] nextSequence;
    private final boolean[] isOpen;
    /** The last super-packet of flows, by a hash of the flow: who is pushed out is not found, and not added to any more. */
    private final int[] latest = new int[TABLE];

    private PacketBatch from;
    private int slot;
    private int position;

    /** @param into views with room for pieces */
    Coalescer(Merging merging, PacketBatch into) {
        this.merging = merging;
        this.into = into;
        from = into;
        segments = new int[into.capacity()];
        nextSequence = new int[into.capacity()];
        isOpen = new boolean[into.capacity()];
    }

    /** Takes up the trains of a batch. */
    void begin(PacketBatch trains) {
        from = trains;
        slot = 0;
        position = 0;
    }

    /** Fills the batch of views anew. @return false when there was nothing left */
    boolean fill() {
        into.clear();
        Arrays.fill(latest, PacketBatch.NONE);
        while (slot < from.count() && !into.isFull()) {
            int train = from.length(slot);
            int unit = from.segmentBytes(slot) == 0 ? train : from.segmentBytes(slot);
            int length = Math.min(unit, train - position);
            take(from.offset(slot) + position, length);
            position += length;
            if (position >= train) {
                slot++;
                position = 0;
            }
        }
        for (int i = 0; i < into.count(); i++) {
            finish(i);
        }
        return into.count() > 0;
    }

    private void take(int at, int length) {
        boolean mergeable = merging != Merging.NOTHING
                && segment.read(from.memory(), at, length)
                && (segment.tcp || merging == Merging.TCP_AND_UDP);
        if (!mergeable) {
            LeftChecksum.complete(into, begin(at, length), merging != Merging.NOTHING);
            // Whatever of the same flow comes later must not be put in front of it.
            if (merging != Merging.NOTHING && segment.hasPorts) {
                latest[segment.hash & (TABLE - 1)] = PacketBatch.NONE;
            }
            return;
        }
        int bucket = segment.hash & (TABLE - 1);
        int group = latest[bucket];
        if (group != PacketBatch.NONE && isOpen[group] && follows(group)) {
            append(group);
            return;
        }
        group = begin(at, length);
        latest[bucket] = group;
        segments[group] = 1;
        nextSequence[group] = segment.sequence() + segment.payload;
        isOpen[group] = !segment.isLast();
        into.setSegmentBytes(group, segment.payload);
    }

    private int begin(int at, int length) {
        int added = into.addView(at, length);
        into.setPeer(added, from.peerHigh(slot), from.peerLow(slot), from.peerPort(slot));
        segments[added] = 1;
        isOpen[added] = false;
        return added;
    }

    private boolean follows(int group) {
        return segment.payload <= into.segmentBytes(group)
                && segments[group] < MAX_SEGMENTS
                && into.length(group) + segment.payload <= MAX_PACKET_BYTES
                && into.hasRoomForPiece()
                && (!segment.tcp || segment.sequence() == nextSequence[group])
                && into.peerLow(group) == from.peerLow(slot)
                && into.peerHigh(group) == from.peerHigh(slot)
                && into.peerPort(group) == from.peerPort(slot)
                && segment.hasHeadersOf(into.offset(group));
    }

    private void append(int group) {
        into.append(group, segment.at + segment.headerBytes, segment.payload);
        segments[group]++;
        nextSequence[group] += segment.payload;
        isOpen[group] = segment.payload == into.segmentBytes(group) && !segment.isLast();
        if (segment.tcp) {
            int word = into.offset(group) + segment.transport + 12;
            ByteBuffer memory = into.memory();
            memory.putInt(word, memory.getInt(word) | (segment.word12() & FIN_OR_PSH));
        }
    }

    /** Gives a super-packet the lengths and the checksums of one. */
    private void finish(int group) {
        if (segments[group] == 1) {
            if (!into.isChecksumPartial(group)) { // else it came as a super-packet
                into.setSegmentBytes(group, 0);
            }
            return;
        }
        ByteBuffer memory = into.memory();
        int at = into.offset(group);
        int length = into.length(group);
        boolean v4 = memory.get(at) >>> 4 == 4;
        int transport = v4 ? 20 : 40;
        boolean tcp = memory.get(at + (v4 ? 9 : 6)) == Segment.TCP;
        if (v4) {
            memory.putShort(at + 2, (short) length);
            memory.putShort(at + 10, (short) 0);
            memory.putShort(at + 10, (short) Checksums.complete(Checksums.sum(memory, at, transport)));
        } else {
            memory.putShort(at + 4, (short) (length - transport));
        }
        if (!tcp) {
            memory.putShort(at + transport + 4, (short) (length - transport));
        }
        PartialChecksum.leave(into, group, v4, transport, tcp);
        into.setPackets(group, segments[group]);
    }
}
