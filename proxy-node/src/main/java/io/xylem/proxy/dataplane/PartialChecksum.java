package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Checksums;
import java.nio.ByteBuffer;

/** Does what a network card does with a checksum that was left to it. */
final class PartialChecksum {
    private static final int TCP_FIELD = 16;
    private static final int UDP_FIELD = 6;
    private static final int TCP = 6;
    private static final int UDP = 17;

    private PartialChecksum() {}

    /** Leaves the checksum of a packet with its final lengths to others. */
    static void leave(PacketBatch batch, int slot, boolean v4, int transport, boolean tcp) {
        ByteBuffer memory = batch.memory();
        int at = batch.offset(slot);
        int field = tcp ? TCP_FIELD : UDP_FIELD;
        long pseudoHeader = Checksums.addresses(memory, at, v4) + (tcp ? TCP : UDP) + (batch.length(slot) - transport);
        memory.putShort(at + transport + field, (short) Checksums.fold(pseudoHeader));
        batch.setPartialChecksum(slot, transport, field);
    }

    /** Completes the checksum of a packet in one piece, if it is partial. */
    static void complete(PacketBatch batch, int slot) {
        if (!batch.isChecksumPartial(slot)) {
            return;
        }
        int start = batch.offset(slot) + batch.checksumStart(slot);
        int end = batch.offset(slot) + batch.headLength(slot);
        int field = start + batch.checksumField(slot);
        batch.setCompleteChecksum(slot);
        if (field + 2 > end) {
            return; // not even the field is there
        }
        ByteBuffer memory = batch.memory();
        int checksum = Checksums.complete(Checksums.sum(memory, start, end - start));
        boolean isZeroMeaningNone = checksum == 0 && batch.checksumField(slot) == UDP_FIELD;
        memory.putShort(field, (short) (isZeroMeaningNone ? 0xffff : checksum));
    }
}
