package io.xylem.proxy.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.xylem.proxy.dataplane.Captured;
import io.xylem.proxy.dataplane.Captures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The file format that tcpdump and Wireshark read (draft-ietf-opsawg-pcapng), with two interfaces of raw IP packets:
 * 0 what instances see, 1 what is in the tunnel. Of a block:
 *
 * <pre>
 *  type u32 | length u32 | body, padded to 4 bytes | length u32
 *  option: code u16 | length u16 | value, padded to 4 bytes
 * </pre>
 */
final class PcapNg implements CaptureFormat {
    private static final int SECTION_HEADER = 0x0a0d0d0a;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int INTERFACE = 1;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int PACKET = 6;

    /** Raw IP by its other number: libpcap takes 101 for the first interface of a file only. */
    private static final int LINKTYPE_RAW = 12;

    private static final short OPTION_END = 0;
    private static final short COMMENT = 1;
    private static final short INTERFACE_NAME = 2;
    private static final short PACKET_FLAGS = 2;
    private static final short DROPPED = 5;
    private static final short TIME_RESOLUTION = 9;

    private static final int FLAG_INBOUND = 1;
    private static final int FLAG_OUTBOUND = 2;
    private static final byte NANOSECONDS = 9;

    private static final int INSTANCE_SIDE = 0;
    private static final int TUNNEL_SIDE = 1;

    private final ByteBuffer block =
            ByteBuffer.allocate(Captures.SNAP_BYTES + 2_048).order(ByteOrder.LITTLE_ENDIAN);

    @Override
    public String contentType() {
        return "application/x-pcapng";
    }

    @Override
    public byte[] begin() {
        return joined(section(), face("instance"), face("tunnel"));
    }

    private byte[] section() {
        open(SECTION_HEADER);
        block.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
        return close();
    }

    private byte[] face(String name) {
        open(INTERFACE);
        block.putShort((short) LINKTYPE_RAW).putShort((short) 0).putInt(Captures.SNAP_BYTES);
        option(INTERFACE_NAME, name.getBytes(UTF_8));
        option(TIME_RESOLUTION, new byte[] {NANOSECONDS});
        option(OPTION_END, new byte[0]);
        return close();
    }

    @Override
    public byte[] packet(Captured packet, long epochNs) {
        Captured.Way way = packet.way();
        byte[] before = side(way, packet.before(), face(way.isFromTunnel()), epochNs, "before: " + packet.fate());
        if (!packet.isTranslated()) {
            return before;
        }
        return joined(before, side(way, packet.after(), face(way.isToTunnel()), epochNs, "after: " + packet.fate()));
    }

    private static int face(boolean isTunnel) {
        return isTunnel ? TUNNEL_SIDE : INSTANCE_SIDE;
    }

    private byte[] side(Captured.Way way, Captured.Copy copy, int face, long epochNs, String comment) {
        open(PACKET);
        block.putInt(face).putInt((int) (epochNs >>> 32)).putInt((int) epochNs);
        block.putInt(copy.bytes().length).putInt(copy.length());
        padded(copy.bytes());
        option(COMMENT, comment.getBytes(UTF_8));
        int flags = way.isFromTunnel() ? FLAG_INBOUND : FLAG_OUTBOUND;
        option(PACKET_FLAGS, new byte[] {(byte) flags, 0, 0, 0});
        option(OPTION_END, new byte[0]);
        return close();
    }

    @Override
    public byte[] end(long packets, long lost, long epochNs) {
        open(INTERFACE_STATISTICS);
        block.putInt(INSTANCE_SIDE).putInt((int) (epochNs >>> 32)).putInt((int) epochNs);
        block.putShort(DROPPED).putShort((short) Long.BYTES).putLong(lost);
        option(OPTION_END, new byte[0]);
        return close();
    }

    private void open(int type) {
        block.clear().putInt(type).putInt(0);
    }

    private byte[] close() {
        int length = block.position() + Integer.BYTES;
        block.putInt(length).putInt(4, length);
        byte[] bytes = new byte[length];
        block.get(0, bytes);
        return bytes;
    }

    private void option(short code, byte[] value) {
        block.putShort(code).putShort((short) value.length);
        padded(value);
    }

    private void padded(byte[] value) {
        block.put(value);
        while (block.position() % Integer.BYTES != 0) {
            block.put((byte) 0);
        }
    }

    private static byte[] joined(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
