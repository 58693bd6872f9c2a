package io.xylem.proxy.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.xylem.model.Endpoint;
import io.xylem.model.Ipv6;
import io.xylem.proxy.Skip;
import io.xylem.proxy.dataplane.MemoryUnderlay;
import io.xylem.proxy.dataplane.PacketBatch;
import io.xylem.proxy.dataplane.Tunnel;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.linux.OpenSsl;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two workers, and whoever is between them. */
class SealedTunnelTest {
    private static final Keyring.Times TIMES = new Keyring.Times(1_000, 100, 1L << 40);

    private final MemoryUnderlay underlay = new MemoryUnderlay(10_000);

    private final class Worker {
        final Endpoint endpoint;
        final Counters counters = new Counters();
        final String name;
        Keyring keys = new Keyring(new JdkAead(), TIMES, 0);
        Tunnel tunnel;

        Worker(String name, String address) {
            this.name = name;
            endpoint = new Endpoint(address, 50_103);
            tunnel = new SealedTunnel(underlay.open(endpoint), keys, counters);
        }

        void says(Worker... to) {
            for (Worker other : to) {
                other.keys.heard(name, endpoint.address(), keys.published());
            }
        }

        int send(Worker to, byte[]... packets) {
            return send(tunnel, to, packets);
        }

        List<byte[]> received() {
            return SealedTunnelTest.received(tunnel);
        }

        private int send(Tunnel by, Worker to, byte[]... packets) {
            PacketBatch batch = PacketBatch.of(packets.length, 2_000);
            Ipv6 peer = Addresses.underlay(to.endpoint);
            for (byte[] packet : packets) {
                int slot = batch.add(packet.length);
                batch.memory().put(batch.offset(slot), packet);
                batch.setPeer(slot, peer.high(), peer.low(), to.endpoint.port());
            }
            try {
                return by.send(batch);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        long drops(Direction direction, Drop reason) {
            return counters.drops(direction, reason);
        }

        void restart() {
            keys = new Keyring(new JdkAead(), TIMES, 0);
            tunnel = new SealedTunnel(underlay.open(endpoint), keys, counters);
        }
    }

    private final Worker a = new Worker("a", "192.168.77.1");
    private final Worker b = new Worker("b", "192.168.77.2");

    private void meet() {
        a.says(b);
        b.says(a);
    }

    private static List<byte[]> received(Tunnel tunnel) {
        List<byte[]> packets = new ArrayList<>();
        PacketBatch batch = PacketBatch.of(16, 65_535);
        try {
            int read;
            do {
                batch.clear();
                read = tunnel.receive(batch);
                for (int slot = 0; slot < batch.count(); slot++) {
                    int unit =
                            Math.max(1, batch.segmentBytes(slot) == 0 ? batch.length(slot) : batch.segmentBytes(slot));
                    for (int at = 0; at < batch.length(slot); at += unit) {
                        byte[] packet = new byte[Math.min(unit, batch.length(slot) - at)];
                        batch.memory().get(batch.offset(slot) + at, packet);
                        packets.add(packet);
                    }
                }
            } while (read > 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return packets;
    }

    private static byte[] packet(String text) {
        return text.getBytes(US_ASCII);
    }

    @Test
    void whatOneSendsTheOtherGetsAndNobodyReads() {
        meet();
        byte[] secret = packet("a packet that nobody else is to read");
        assertThat(a.send(b, secret)).isEqualTo(1);
        byte[] between = requireNonNull(underlay.poll(b.endpoint));
        assertThat(between).hasSize(secret.length + SealedFrame.OVERHEAD_BYTES);
        assertThat(between[0] >>> 4).as("neither IPv4, nor IPv6, nor a probe").isEqualTo(7);
        assertThat(new String(between, US_ASCII)).doesNotContain("packet", "read");
        underlay.send(a.endpoint, b.endpoint, between);
        assertThat(b.received()).containsExactly(secret);
        b.send(a, packet("answer"));
        assertThat(a.received()).containsExactly(packet("answer"));
    }

    @Test
    void trainsOfManySizesCome() {
        MemoryUnderlay trains = new MemoryUnderlay(10_000, true);
        Keyring other = new Keyring(new JdkAead(), TIMES, 0);
        other.heard("a", a.endpoint.address(), a.keys.published());
        a.keys.heard("b", b.endpoint.address(), other.published());
        Tunnel from = new SealedTunnel(trains.open(a.endpoint), a.keys, a.counters);
        Tunnel to = new SealedTunnel(trains.open(b.endpoint), other, b.counters);
        Random random = Seed.random();
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] one = new byte[i % 7 == 0 ? 1 + random.nextInt(1_400) : 1_400];
            random.nextBytes(one);
            sent.add(one);
        }
        assertThat(a.send(from, b, sent.toArray(byte[][]::new))).isEqualTo(300);
        assertThat(received(to)).containsExactlyElementsOf(sent);
    }

    @Test
    void whatComesTwiceIsTakenOnce() {
        meet();
        a.send(b, packet("once"));
        byte[] recorded = requireNonNull(underlay.poll(b.endpoint));
        for (int i = 0; i < 3; i++) {
            underlay.send(a.endpoint, b.endpoint, recorded);
        }
        assertThat(b.received()).hasSize(1);
        assertThat(b.drops(Direction.INBOUND, Drop.REPLAYED)).isEqualTo(2);
        underlay.send(b.endpoint, a.endpoint, recorded); // back to its sender
        assertThat(a.received()).isEmpty();
        b.restart();
        meet();
        underlay.send(a.endpoint, b.endpoint, recorded);
        assertThat(b.received()).as("recorded before a restart").isEmpty();
        assertThat(b.drops(Direction.INBOUND, Drop.UNKNOWN_TUNNEL_KEY)).isEqualTo(1);
    }

    @Test
    void anyChangedBitIsSeen() {
        meet();
        int bits = 0;
        for (int bit = 0; bit < (32 + 5) * 8; bit++, bits++) {
            a.send(b, packet("12345"));
            byte[] changed = requireNonNull(underlay.poll(b.endpoint));
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            underlay.send(a.endpoint, b.endpoint, changed);
            assertThat(b.received()).as("bit %d", bit).isEmpty();
        }
        assertThat(b.drops(Direction.INBOUND, Drop.NOT_AUTHENTIC)).isGreaterThan(21 * 8);
        long all = 0;
        for (Drop reason : Drop.values()) {
            all += b.drops(Direction.INBOUND, reason);
        }
        assertThat(all).isEqualTo(bits);
        a.send(b, packet("after all that"));
        assertThat(b.received()).as("a forged number must not move the window").hasSize(1);
    }

    @Test
    void plainPacketsAndStrangersAreRefused() {
        meet();
        Worker stranger = new Worker("c", "192.168.77.3");
        b.says(stranger);
        underlay.send(a.endpoint, b.endpoint, packet("E plain"));
        underlay.send(a.endpoint, b.endpoint, new byte[0]);
        stranger.send(b, packet("who is that"));
        a.send(b, packet("from elsewhere"));
        List<byte[]> all = new ArrayList<>();
        for (byte[] one = underlay.poll(b.endpoint); one != null; one = underlay.poll(b.endpoint)) {
            all.add(one);
        }
        for (int i = 0; i < 3; i++) {
            underlay.send(i == 2 ? stranger.endpoint : a.endpoint, b.endpoint, all.get(i));
        }
        underlay.send(stranger.endpoint, b.endpoint, all.getLast());
        assertThat(b.received()).isEmpty();
        assertThat(b.drops(Direction.INBOUND, Drop.NOT_ENCRYPTED)).isEqualTo(2);
        assertThat(b.drops(Direction.INBOUND, Drop.UNKNOWN_TUNNEL_KEY)).isEqualTo(2);
        assertThat(a.send(stranger, packet("no key of it"))).isZero();
        assertThat(a.drops(Direction.OUTBOUND, Drop.NO_TUNNEL_KEY)).isEqualTo(1);
        assertThat(a.tunnel.refused()).isEqualTo(1);
    }

    /** Whenever the news of either arrive, and whoever speaks: every packet comes. */
    @Test
    void keysChangeUnderTrafficAndNothingIsLost() {
        meet();
        Random random = Seed.random();
        List<Integer> newsOfA = new ArrayList<>();
        List<Integer> newsOfB = new ArrayList<>();
        int sent = 0;
        int rotations = 0;
        for (int now = 0; now < 20_000; now += 10) {
            if (a.keys.turn(now)) {
                newsOfA.add(now + random.nextInt(90));
                rotations++;
            }
            if (b.keys.turn(now)) {
                newsOfB.add(now + random.nextInt(90));
                rotations++;
            }
            tell(newsOfA, now, a, b);
            tell(newsOfB, now, b, a);
            if (now / 5_000 != 1) {
                a.send(b, packet("to b"));
                assertThat(b.received()).as("at %d", now).hasSize(1);
                sent++;
            }
            if (now / 5_000 != 2) {
                b.send(a, packet("to a"));
                assertThat(a.received()).as("at %d", now).hasSize(1);
                sent++;
            }
        }
        assertThat(rotations).isGreaterThan(40);
        assertThat(sent).isGreaterThan(2_000);
    }

    private static void tell(List<Integer> news, int now, Worker of, Worker to) {
        if (news.removeIf(at -> at <= now)) {
            of.says(to);
        }
    }

    @Test
    void aKeyThatIsWornIsReplacedSooner() {
        Keyring keys = new Keyring(new JdkAead(), new Keyring.Times(1_000_000, 100, 3), 0);
        keys.heard("b", b.endpoint.address(), b.keys.published());
        Tunnel tunnel = new SealedTunnel(underlay.open(a.endpoint), keys, a.counters);
        a.send(tunnel, b, packet("1"), packet("2"));
        assertThat(keys.turn(10)).isFalse();
        a.send(tunnel, b, packet("3"));
        assertThat(keys.turn(20)).isTrue();
        assertThat(keys.published()).hasSize(2);
        assertThat(keys.turn(20 + 200)).isTrue();
        assertThat(keys.published()).hasSize(1);
    }

    @Test
    void whatIsNoKeyIsRefusedAndChangesNothing() {
        meet();
        byte[] zero = new byte[32]; // of small order: everybody would know the secret
        assertThatThrownBy(() -> b.keys.heard("a", a.endpoint.address(), List.of(zero)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> b.keys.heard("a", a.endpoint.address(), List.of(new byte[31])))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> b.keys.heard("a", "nowhere", a.keys.published()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> b.keys.heard("a", a.endpoint.address(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        a.send(b, packet("still"));
        assertThat(b.received()).hasSize(1);
    }

    @Test
    void aPacketCostsNoMemory() throws IOException {
        OpenSsl ssl = OpenSsl.find();
        Skip.unless(ssl != null, "this machine has no OpenSSL 3");
        Keyring mine = new Keyring(requireNonNull(ssl), TIMES, 0);
        Keyring theirs = new Keyring(ssl, TIMES, 0);
        mine.heard("b", b.endpoint.address(), theirs.published());
        theirs.heard("a", a.endpoint.address(), mine.published());
        Loop wire = new Loop(Addresses.underlay(a.endpoint));
        Tunnel from = new SealedTunnel(wire, mine, a.counters);
        Tunnel to = new SealedTunnel(wire, theirs, b.counters);
        PacketBatch batch = PacketBatch.of(16, 2_000);
        Ipv6 peer = Addresses.underlay(b.endpoint);
        for (int i = 0; i < 16; i++) {
            batch.setPeer(batch.add(1_400), peer.high(), peer.low(), 50_103);
        }
        PacketBatch into = PacketBatch.of(16, 65_535);
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = memory.getCurrentThreadAllocatedBytes();
            for (int turn = 0; turn < 10_000; turn++) {
                from.send(batch);
                into.clear();
                assertThatCame(to.receive(into));
            }
            allocated = memory.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated / 160_000).as("bytes a packet").isZero();
    }

    private static void assertThatCame(int packets) {
        if (packets != 16) {
            throw new AssertionError(packets + " of 16 came");
        }
    }

    /** What is sent is received, from one address, and nothing is allocated. */
    private static final class Loop implements Tunnel {
        private final PacketBatch last = PacketBatch.of(16, 2_048);
        private final Ipv6 sender;

        Loop(Ipv6 sender) {
            this.sender = sender;
        }

        @Override
        public int send(PacketBatch from) {
            last.clear();
            for (int slot = 0; slot < from.count(); slot++) {
                int added = last.add(from.length(slot));
                last.memory().put(last.offset(added), from.memory(), from.offset(slot), from.length(slot));
            }
            return from.count();
        }

        @Override
        public int receive(PacketBatch into) {
            for (int slot = 0; slot < last.count(); slot++) {
                int added = into.add(last.length(slot));
                into.memory().put(into.offset(added), last.memory(), last.offset(slot), last.length(slot));
                into.setPeer(added, sender.high(), sender.low(), 50_103);
            }
            return last.count();
        }

        @Override
        public void close() {}
    }
}
