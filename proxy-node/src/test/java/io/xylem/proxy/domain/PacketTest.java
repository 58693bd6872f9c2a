package io.xylem.proxy.domain;

import static io.xylem.proxy.domain.TestPackets.packet;
import static io.xylem.proxy.domain.TestPackets.raw;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpV4NoOperationOption;
import org.pcap4j.packet.IpV4Packet;

/** A packet with new addresses is what the independent library builds for these addresses from scratch. */
class PacketTest {
    @Test
    void rewritingEqualsBuildingAnew() {
        Random random = Seed.random();
        for (int i = 0; i < 20_000; i++) {
            boolean v4 = random.nextBoolean();
            byte[] payload = new byte[random.nextInt(40)];
            random.nextBytes(payload);
            Content content = switch (random.nextInt(4)) {
                case 0 -> new Tcp(random.nextInt(65_536), random.nextInt(65_536), "SAFR", payload);
                case 1 -> new Udp(random.nextInt(65_536), random.nextInt(65_536), true, payload);
                case 2 -> new Udp(random.nextInt(65_536), random.nextInt(65_536), false, payload);
                default -> new Echo(random.nextBoolean(), random.nextInt(65_536), payload);
            };
            String newSource = address(v4, random);
            String newDestination = address(v4, random);
            byte[] packet = packet(address(v4, random), address(v4, random), content);
            assertThat(rewritten(packet, newSource, newDestination))
                    .isEqualTo(packet(newSource, newDestination, content));
        }
    }

    @Test
    void aUdpChecksumThatComesOutAsZeroIsSentAsAllOnes() {
        int found = 0;
        for (int word = 0; word < 65_536; word++) {
            Udp udp = new Udp(1_000, 53, true, new byte[] {(byte) (word >> 8), (byte) word});
            byte[] expected = packet("10.30.0.2", "10.18.0.1", udp);
            int checksum = ByteBuffer.wrap(expected).getShort(26) & 0xffff;
            if (checksum == 0 || checksum == 0xffff) {
                byte[] result = rewritten(packet("10.18.7.7", "10.30.0.1", udp), "10.30.0.2", "10.18.0.1");
                assertThat(result[26]).isEqualTo((byte) 0xff);
                assertThat(result[27]).isEqualTo((byte) 0xff);
                assertThat(rewritten(result, "10.18.7.7", "10.30.0.1"))
                        .isEqualTo(packet("10.18.7.7", "10.30.0.1", udp));
                found++;
            }
        }
        assertThat(found).isEqualTo(1);
    }

    @Test
    void aWrongChecksumStaysWrong() {
        byte[] packet = packet("10.18.0.1", "10.30.0.1", new Tcp(1, 2, "S"));
        packet[36] ^= 1;
        byte[] right = packet("10.30.0.9", "10.18.0.65", new Tcp(1, 2, "S"));
        assertThat(rewritten(packet, "10.30.0.9", "10.18.0.65")).isNotEqualTo(right);
    }

    @Test
    void ipv4OptionsStandBetweenTheHeaders() throws IllegalRawDataException {
        for (int words = 1; words <= 10; words++) {
            byte[] packet = withOptions(packet("10.18.0.1", "10.30.0.1", new Udp(1, 2)), words);
            byte[] expected = withOptions(packet("10.30.0.9", "10.18.0.65", new Udp(1, 2)), words);
            assertThat(rewritten(packet, "10.30.0.9", "10.18.0.65")).isEqualTo(expected);
        }
    }

    @Test
    void ipv6OptionHeadersAreSkipped() {
        for (int firstHeader : new int[] {0, 60}) {
            byte[] packet = withOptionHeader(packet("fc00::1", "fdff:2000::1", new Tcp(1, 2, "S")), firstHeader);
            byte[] expected = withOptionHeader(packet("fdff::9", "fc00::101", new Tcp(1, 2, "S")), firstHeader);
            assertThat(rewritten(packet, "fdff::9", "fc00::101")).isEqualTo(expected);
        }
    }

    @Test
    void otherTransportsAreNotTouched() {
        byte[] sctp = new byte[37];
        new Random(1).nextBytes(sctp);
        assertThat(rewritten(raw("10.18.0.1", "10.30.0.1", 132, sctp), "10.30.0.9", "10.18.0.65"))
                .isEqualTo(raw("10.30.0.9", "10.18.0.65", 132, sctp));
        assertThat(rewritten(raw("fc00::1", "fdff::1", 132, sctp), "fdff::9", "fc00::101"))
                .isEqualTo(raw("fdff::9", "fc00::101", 132, sctp));
    }

    /** Through a buffer that is larger than the packet on both sides, which stays as it was. */
    private static byte[] rewritten(byte[] packet, String source, String destination) {
        int margin = 13;
        ByteBuffer memory = ByteBuffer.allocateDirect(packet.length + 2 * margin);
        memory.put(margin, packet);
        Packet view = new Packet();
        assertThat(view.wrap(memory, margin, packet.length)).isNull();
        boolean v4 = source.indexOf(':') < 0;
        view.rewrite(high(source, v4), low(source, v4), high(destination, v4), low(destination, v4));
        for (int i = 0; i < margin; i++) {
            assertThat(memory.get(i)).isZero();
            assertThat(memory.get(margin + packet.length + i)).isZero();
        }
        byte[] result = new byte[packet.length];
        memory.get(margin, result);
        return result;
    }

    private static long high(String address, boolean v4) {
        return v4 ? 0 : Ipv6.parse(address).high();
    }

    private static long low(String address, boolean v4) {
        return v4
                ? Addresses.mapped(Ipv4.parse(address).bits())
                : Ipv6.parse(address).low();
    }

    private static String address(boolean v4, Random random) {
        // Extreme words are where one's-complement sums go wrong.
        long extreme = random.nextBoolean() ? -1L : 0;
        boolean plain = random.nextInt(4) > 0;
        return v4
                ? new Ipv4(plain ? random.nextInt() : (int) extreme).toString()
                : new Ipv6(0xfc00_0000_0000_0000L | (random.nextLong() >>> 8), plain ? random.nextLong() : extreme)
                        .toString();
    }

    private static byte[] withOptions(byte[] packet, int words) throws IllegalRawDataException {
        return IpV4Packet.newPacket(packet, 0, packet.length)
                .getBuilder()
                .options(Collections.nCopies(words * 4, IpV4NoOperationOption.getInstance()).stream()
                        .map(IpV4Packet.IpV4Option.class::cast)
                        .toList())
                .correctLengthAtBuild(true)
                .correctChecksumAtBuild(true)
                .build()
                .getRawData();
    }

    /** Extension headers are in no checksum (RFC 8200, 8.1), so they can be put between by hand. */
    private static byte[] withOptionHeader(byte[] packet, int firstHeader) {
        ByteBuffer longer = ByteBuffer.allocate(packet.length + 16);
        longer.put(packet, 0, 40);
        longer.put(new byte[] {packet[6], 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); // PadN of 12
        longer.put(packet, 40, packet.length - 40);
        longer.putShort(4, (short) (packet.length - 40 + 16)).put(6, (byte) firstHeader);
        return longer.array();
    }
}
