package io.xylem.proxy.domain;

import static io.xylem.proxy.domain.TestPackets.packet;
import static io.xylem.proxy.domain.TestPackets.raw;
import static io.xylem.proxy.domain.TestPackets.rightHeader;

import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The one set of packets with which every path is tried: what is made between two ends must become, byte for byte, what is
 * made between the ends that the translation gives it.
 */
public final class PacketCases {
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int DCCP = 33;
    private static final int UDP_LITE = 136;
    private static final int PIECE_BYTES = 1_400;

    private PacketCases() {}

    interface Maker {
        List<byte[]> packets(String from, String to, boolean isAnswer);
    }

    /** @param isCarried whether the programs in the kernel must take it; what they do not take they leave to Java as it is */
    public record Case(String name, boolean v4, boolean isCarried, Maker maker, Maker passed) {
        Case(String name, boolean v4, boolean isCarried, Maker maker) {
            this(name, v4, isCarried, maker, maker);
        }

        /** What becomes of {@link #asked}, between its new ends. */
        public List<byte[]> askedPassed(String from, String to) {
            return passed.packets(from, to, false);
        }

        public List<byte[]> answeredPassed(String from, String to) {
            return passed.packets(from, to, true);
        }

        /** The packets of the one who began. */
        public List<byte[]> asked(String from, String to) {
            return maker.packets(from, to, false);
        }

        public List<byte[]> answered(String from, String to) {
            return maker.packets(from, to, true);
        }

        @Override
        public String toString() {
            return name + (v4 ? ", IPv4" : ", IPv6");
        }
    }

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (boolean v4 : new boolean[] {true, false}) {
            transports(v4, cases);
            fragments(v4, cases);
            cases.add(new Case(
                    "what takes longer segments than the way does",
                    v4,
                    false,
                    (from, to, isAnswer) -> List.of(syn(from, to, isAnswer, v4 ? 1_460 : 1_440)),
                    (from, to, isAnswer) -> List.of(syn(from, to, isAnswer, v4 ? 1_410 : 1_390))));
            // Padding puts the value at an odd place.
            cases.add(new Case(
                    "the same behind padding",
                    v4,
                    false,
                    (from, to, isAnswer) -> List.of(syn(from, to, isAnswer, new byte[] {1, 2, 4, 127, 127, 1, 0, 0})),
                    (from, to, isAnswer) -> List.of(syn(
                            from, to, isAnswer, new byte[] {1, 2, 4, 5, (byte) (v4 ? 1_410 & 255 : 1_390 & 255), 1, 0, 0
                            }))));
        }
        cases.add(new Case("IPv4 options", true, false, one(new Udp(40_010, 53), PacketCases::withV4Options)));
        for (int header : new int[] {HOP_BY_HOP, DESTINATION_OPTIONS, ROUTING}) {
            cases.add(new Case(
                    "extension header " + header,
                    false,
                    false,
                    one(new Tcp(40_011, 80, "A"), packet -> withHeader(packet, header))));
        }
        cases.add(new Case(
                "a fragment header of a whole packet",
                false,
                false,
                one(new Udp(40_012, 53), packet -> piece(packet, 0, packet.length - 40, false))));
        return cases;
    }

    private static void transports(boolean v4, List<Case> cases) {
        for (Content content : List.of(
                new Tcp(40_001, 80, "A"),
                new Tcp(40_002, 80, "A", new byte[PIECE_BYTES - 100]),
                new Tcp(40_003, 80, "AF", new byte[0]),
                new Udp(40_002, 53),
                new Udp(53, 53, true, new byte[] {1}),
                new Udp(40_003, 53, false, new byte[] {1, 2, 3}),
                new Udp(40_004, 53, true, new byte[0]))) {
            cases.add(new Case(content.toString(), v4, true, one(content, packet -> packet)));
        }
        for (Content content :
                List.of(new Tcp(40_000, 80, "S", new byte[0]), new Echo(0xfffe), new Echo(false, 1, new byte[1_300]))) {
            cases.add(new Case(content.toString(), v4, false, one(content, packet -> packet)));
        }
        for (int protocol : new int[] {UDP_LITE, DCCP}) {
            cases.add(new Case(
                    "protocol " + protocol,
                    v4,
                    false,
                    (from, to, isAnswer) -> List.of(likeUdp(from, to, isAnswer, protocol, new byte[40]))));
        }
        for (int protocol : new int[] {132, 47, 50}) { // SCTP, GRE, ESP
            byte[] content = new byte[37];
            new Random(protocol).nextBytes(content);
            cases.add(new Case(
                    "protocol " + protocol,
                    v4,
                    false,
                    (from, to, isAnswer) -> List.of(raw(from, to, protocol, content))));
        }
    }

    private static void fragments(boolean v4, List<Case> cases) {
        byte[] payload = new byte[4_001];
        new Random(1).nextBytes(payload);
        for (Content content : List.of(
                new Udp(40_005, 53, true, payload),
                new Udp(40_006, 53, false, payload),
                new Echo(false, 77, payload),
                new Tcp(40_007, 80, "A", payload))) {
            cases.add(new Case(
                    "fragments of " + content,
                    v4,
                    false,
                    (from, to, isAnswer) -> inPieces(packet(from, to, isAnswer ? content.answer() : content))));
        }
        cases.add(new Case(
                "fragments of UDP-Lite",
                v4,
                false,
                (from, to, isAnswer) -> inPieces(likeUdp(from, to, isAnswer, UDP_LITE, payload))));
        cases.add(new Case(
                "fragments of SCTP", v4, false, (from, to, isAnswer) -> inPieces(raw(from, to, 132, payload))));
    }

    private interface Change {
        byte[] of(byte[] packet);
    }

    private static Maker one(Content content, Change change) {
        return (from, to, isAnswer) -> List.of(change.of(packet(from, to, isAnswer ? content.answer() : content)));
    }

    /** As a host would send it that knows of no path for all of it. */
    public static List<byte[]> inPieces(byte[] packet) {
        int header = packet[0] >> 4 == 4 ? 20 : 40;
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < packet.length - header; at += PIECE_BYTES) {
            int bytes = Math.min(PIECE_BYTES, packet.length - header - at);
            pieces.add(piece(packet, at, bytes, at + bytes < packet.length - header));
        }
        return pieces;
    }

    private static byte[] piece(byte[] packet, int from, int bytes, boolean hasMore) {
        if (packet[0] >> 4 == 4) {
            byte[] piece = Arrays.copyOf(packet, 20 + bytes);
            System.arraycopy(packet, 20 + from, piece, 20, bytes);
            ByteBuffer header = ByteBuffer.wrap(piece);
            header.putShort(2, (short) piece.length).putShort(6, (short) (from / 8 | (hasMore ? 0x2000 : 0)));
            return rightHeader(piece);
        }
        ByteBuffer piece = ByteBuffer.allocate(48 + bytes);
        piece.put(packet, 0, 40).put(packet[6]).put((byte) 0).putShort((short) (from | (hasMore ? 1 : 0)));
        piece.putInt(0x0bad_cafe).put(packet, 40 + from, bytes);
        return piece.put(6, (byte) FRAGMENT).putShort(4, (short) (8 + bytes)).array();
    }

    private static byte[] withV4Options(byte[] packet) {
        int options = 12;
        byte[] longer = new byte[packet.length + options];
        System.arraycopy(packet, 0, longer, 0, 20);
        Arrays.fill(longer, 20, 20 + options, (byte) 1); // no operation
        System.arraycopy(packet, 20, longer, 20 + options, packet.length - 20);
        longer[0] = (byte) (0x45 + options / 4);
        ByteBuffer.wrap(longer).putShort(2, (short) longer.length);
        return rightHeader(longer);
    }

    /** Extension headers are in no checksum (RFC 8200, 8.1), so they can be put between by hand. */
    private static byte[] withHeader(byte[] packet, int header) {
        ByteBuffer longer = ByteBuffer.allocate(packet.length + 16);
        longer.put(packet, 0, 40).put(packet[6]).put((byte) 1);
        longer.put(header == ROUTING ? new byte[14] : new byte[] {1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); // PadN
        longer.put(packet, 40, packet.length - 40);
        return longer.putShort(4, (short) (packet.length - 40 + 16))
                .put(6, (byte) header)
                .array();
    }

    /** A connection's first segment, or its answer, with an option for the length of segments; then window scaling. */
    public static byte[] syn(String from, String to, boolean isAnswer, int segmentBytes) {
        return syn(from, to, isAnswer, new byte[] {2, 4, (byte) (segmentBytes >> 8), (byte) segmentBytes, 1, 3, 3, 7});
    }

    public static byte[] syn(String from, String to, boolean isAnswer, byte[] options) {
        ByteBuffer segment = ByteBuffer.allocate(20 + options.length);
        segment.putShort((short) (isAnswer ? 80 : 40_020)).putShort((short) (isAnswer ? 40_020 : 80));
        segment.putInt(0x12345678).putInt(isAnswer ? 0x9abcdef0 : 0);
        segment.putShort((short) ((((20 + options.length) / 4) << 12) | (isAnswer ? 0x12 : 0x02)));
        segment.putShort((short) 0xfaf0).putInt(0).put(options);
        return withChecksum(from, to, 6, segment, 16, segment.capacity());
    }

    /** UDP-Lite of which only the header is covered (RFC 3828), or DCCP of which all is (RFC 4340). */
    private static byte[] likeUdp(String from, String to, boolean isAnswer, int protocol, byte[] payload) {
        ByteBuffer segment = ByteBuffer.allocate(8 + payload.length);
        segment.putShort((short) (isAnswer ? 53 : 5_000)).putShort((short) (isAnswer ? 5_000 : 53));
        segment.putShort((short) (protocol == UDP_LITE ? 8 : 0x0300))
                .putShort((short) 0)
                .put(payload);
        return withChecksum(from, to, protocol, segment, 6, protocol == UDP_LITE ? 8 : segment.capacity());
    }

    /** @param covered how much of it the checksum covers, beside the pseudo-header */
    private static byte[] withChecksum(
            String from, String to, int protocol, ByteBuffer segment, int field, int covered) {
        long sum = protocol + segment.capacity() + sum(address(from)) + sum(address(to));
        for (int at = 0; at < covered; at += 2) {
            sum += at + 1 < segment.capacity() ? segment.getShort(at) & 0xffff : (segment.get(at) & 0xff) << 8;
        }
        int checksum = ~fold(sum) & 0xffff;
        segment.putShort(field, (short) (checksum == 0 && field == 6 ? 0xffff : checksum));
        byte[] bytes = new byte[segment.capacity()];
        segment.get(0, bytes);
        return raw(from, to, protocol, bytes);
    }

    private static int fold(long sum) {
        long folded = (sum & 0xffff) + (sum >>> 16);
        return (int) ((folded & 0xffff) + (folded >>> 16));
    }

    private static long sum(byte[] address) {
        long sum = 0;
        for (ByteBuffer words = ByteBuffer.wrap(address); words.hasRemaining(); ) {
            sum += words.getShort() & 0xffff;
        }
        return sum;
    }

    private static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
