package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Checksums;
import java.nio.ByteBuffer;

/**
 * A checksum that a worker in the kernel left to the device on its way, which was none: over a cable between two network
 * namespaces a packet arrives with the sum of its pseudo-header alone, and a super-packet in one piece. A packet whose
 * complete checksum is that number by chance is not changed by completing it once more.
 */
final class LeftChecksum {
    private static final int TCP = 6;
    private static final int UDP = 17;
    /** What an instance's interface takes. */
    private static final int MTU_BYTES = 1_450;
    /** Every link takes as much (RFC 8200, 5): into what size a super-packet would be cut does not arrive with it. */
    private static final int LEAST_MTU_BYTES = 1_280;

    private LeftChecksum() {}

    /**
     * Completes it if there is one.
     *
     * @param takesSuperPackets else they are too big for everybody, and stay as they are
     */
    static void complete(PacketBatch batch, int slot, boolean takesSuperPackets) {
        ByteBuffer memory = batch.memory();
        int at = batch.offset(slot);
        int length = batch.length(slot);
        boolean v4 = length > 0 && memory.get(at) == 0x45;
        int transport = v4 ? 20 : 40;
        if (length < transport + 8 || !(v4 || (memory.get(at) & 0xf0) == 0x60)) {
            return;
        }
        int protocol = memory.get(at + (v4 ? 9 : 6));
        boolean isWhole = v4
                ? (memory.getShort(at + 2) & 0xffff) == length && (memory.getShort(at + 6) & 0x3fff) == 0
                : (memory.getShort(at + 4) & 0xffff) == length - transport;
        int field = protocol == TCP ? 16 : 6;
        if (!isWhole || (protocol != TCP && protocol != UDP) || length < transport + field + 2) {
            return;
        }
        long pseudoHeader = Checksums.addresses(memory, at, v4) + protocol + (length - transport);
        if ((memory.getShort(at + transport + field) & 0xffff) != Checksums.fold(pseudoHeader)) {
            return;
        }
        batch.setPartialChecksum(slot, transport, field);
        int headers = protocol == TCP ? transport + 4 * ((memory.get(at + transport + 12) & 0xf0) >>> 4) : 0;
        if (protocol == TCP && length > MTU_BYTES && takesSuperPackets && headers < length) {
            batch.setSegmentBytes(slot, LEAST_MTU_BYTES - headers);
        } else {
            PartialChecksum.complete(batch, slot);
        }
    }
}
