package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Checksums;
import io.xylem.proxy.domain.Packet;
import java.nio.ByteBuffer;

/**
 * Cuts a super-packet into the packets that it stands for, as a network card does. The payload stays where it is; each
 * packet gets headers of its own in front of its part of it. One thread.
 *
 * <pre>
 *  IPv4     length, identification + n, header checksum          (Linux's inet_gso_segment)
 *  IPv6     length
 *  TCP      sequence number + n × segment, CWR in the first only, FIN and PSH in the last only; checksum
 *  UDP      length, checksum
 * </pre>
 */
final class Segmenter {
    /** More than any headers that Linux makes super-packets of. */
    static final int MAX_HEADER_BYTES = 256;

    private static final int FIN = 0x01;
    private static final int PSH = 0x08;
    private static final int CWR = 0x80;

    private final PacketBatch headers;
    private PacketBatch from;
    private int template;
    private int headerBytes;
    private int transport;
    private boolean v4;
    private boolean tcp;
    private int segmentBytes;
    private int at;
    private int left;
    private int piece = PacketBatch.NONE;
    private int cut;
    private int payloadBefore;
    private long pseudoHeader;

    /** @param headers slots of {@link #MAX_HEADER_BYTES}, as many as the batches that are written to hold */
    Segmenter(PacketBatch headers) {
        this.headers = headers;
        from = headers;
    }

    /**
     * Takes up a TCP or UDP super-packet, which stays as it is.
     *
     * @param packet the same one, looked at
     * @return false when its headers are too long
     */
    boolean begin(PacketBatch batch, int slot, Packet packet) {
        from = batch;
        template = batch.offset(slot);
        headerBytes = packet.headerBytes();
        transport = packet.transportStart();
        v4 = packet.isV4();
        tcp = packet.isTcp();
        segmentBytes = batch.segmentBytes(slot);
        at = template + headerBytes;
        left = batch.headLength(slot) - headerBytes;
        piece = batch.firstPiece(slot);
        cut = 0;
        payloadBefore = 0;
        ByteBuffer memory = batch.memory();
        pseudoHeader = Checksums.addresses(memory, template, v4) + packet.protocol();
        skipEmpty();
        return headerBytes <= MAX_HEADER_BYTES;
    }

    boolean hasNext() {
        return left > 0;
    }

    /** Adds the next packet, with a complete checksum, to a batch of views that is not full. @return its slot */
    int next(PacketBatch into) {
        int payload = Math.min(segmentBytes, left);
        int payloadAt = at;
        at += payload;
        left -= payload;
        skipEmpty();
        ByteBuffer memory = into.memory();
        int header = headers.offset(into.count());
        memory.put(header, memory, template, headerBytes);
        writeIp(memory, header, headerBytes + payload);
        if (tcp) {
            writeTcp(memory, header + transport);
        } else {
            memory.putShort(header + transport + 4, (short) (headerBytes - transport + payload));
        }
        int checksumAt = header + transport + (tcp ? 16 : 6);
        memory.putShort(checksumAt, (short) 0);
        long sum = pseudoHeader
                + (headerBytes - transport + payload)
                + Checksums.sum(memory, header + transport, headerBytes - transport)
                + Checksums.sum(memory, payloadAt, payload);
        int checksum = Checksums.complete(sum);
        memory.putShort(checksumAt, (short) (checksum == 0 && !tcp ? 0xffff : checksum));
        int slot = into.addView(header, headerBytes);
        into.append(slot, payloadAt, payload);
        cut++;
        payloadBefore += payload;
        return slot;
    }

    private void skipEmpty() {
        while (left == 0 && piece != PacketBatch.NONE) {
            at = from.pieceOffset(piece);
            left = from.pieceLength(piece);
            piece = from.nextPiece(piece);
        }
    }

    private void writeIp(ByteBuffer memory, int header, int length) {
        if (v4) {
            memory.putShort(header + 2, (short) length);
            memory.putShort(header + 4, (short) (memory.getShort(header + 4) + cut));
            memory.putShort(header + 10, (short) 0);
            int bytes = (memory.get(header) & 15) * 4;
            memory.putShort(header + 10, (short) Checksums.complete(Checksums.sum(memory, header, bytes)));
        } else {
            memory.putShort(header + 4, (short) (length - 40));
        }
    }

    private void writeTcp(ByteBuffer memory, int header) {
        memory.putInt(header + 4, memory.getInt(header + 4) + payloadBefore);
        int notHere = (cut > 0 ? CWR : 0) | (hasNext() ? FIN | PSH : 0);
        memory.put(header + 13, (byte) (memory.get(header + 13) & ~notHere));
    }
}
