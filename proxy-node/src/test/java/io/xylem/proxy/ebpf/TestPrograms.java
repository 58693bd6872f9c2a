package io.xylem.proxy.ebpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.Endpoint;
import io.xylem.model.Ipv6;
import io.xylem.proxy.Skip;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.linux.BpfMap;
import io.xylem.proxy.linux.BpfProgram;
import io.xylem.proxy.linux.LinuxException;
import io.xylem.proxy.linux.MappedMemory;
import io.xylem.proxy.linux.RouteQuery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The real programs of one worker, run by hand on single packets; its agent decides and enters the flows. As the verifier
 * takes its time, they are kept for the next test, for which it is as if a process had begun anew.
 */
final class TestPrograms implements AutoCloseable {
    /** The loopback: whatever the packets seem to come from, it is there. */
    static final int DEVICE = 1;

    static final int NEXT = -1;
    static final int REDIRECT = 7;
    static final int MAX_FLOWS = 1_000;

    static final int UDP = 17;
    static final int V4_IN_IP = 4;
    static final int V6_IN_IP = 41;
    /** What an answer of a peer has to repeat. */
    static final long NONCE = 0x0102030405060708L;

    /** {@code ipip.h} */
    static final long ANSWER_HOLDS_NS = 3_000_000_000L;

    private static final int TUNNEL_PORT = 50_103;
    private static final int ETHERNET_BYTES = 14;
    /** What the workers' addresses begin with, on an IPv4 underlay and on one of IPv6. */
    static final String V4 = "192.168.77.";

    static final String V6 = "fd77::";

    private static final Deque<Programs> FREE = new ArrayDeque<>();
    private static int generations;

    final Programs programs;
    final KernelFlows flows;
    private final List<MappedMemory> memory = new ArrayList<>();

    private TestPrograms(Programs programs, Ipv6 self) throws IOException {
        this.programs = programs;
        KernelFlows.Ways ways = new KernelFlows.Ways() {
            @Override
            public RouteQuery.Way to(long peerHigh, long peerLow) {
                return new RouteQuery.Way(DEVICE, self, new Ipv6(peerHigh, peerLow));
            }

            @Override
            public void forget() {}
        };
        flows = new KernelFlows(
                programs,
                new FlowUses(mapped("flow_uses")),
                new OpenedMemory(mapped("desks"), mapped("ticket_office"), mapped("tickets")),
                ways,
                instance -> DEVICE,
                () -> 1,
                MAX_FLOWS,
                generations += 1_000_000);
        flows.forgetOthers();
        forgetPeers();
        KernelPath.configure(programs, TUNNEL_PORT, 0);
    }

    private ByteBuffer mapped(String map) throws IOException {
        memory.add(programs.map(map).map());
        return memory.getLast().buffer();
    }

    /** Skips the test where the build had no clang, or the kernel refuses the programs; the latter not with {@code CI} set. */
    static TestPrograms orSkip(TestOverlay.Worker worker) throws IOException {
        Skip.unless(Programs.areThere(), "this build has no BPF programs, as there was no clang");
        try {
            Programs loaded = FREE.isEmpty() ? Programs.load(MAX_FLOWS, BpfMap::create) : FREE.pop();
            TestPrograms programs = new TestPrograms(loaded, Addresses.underlay(worker.endpoint));
            worker.agent().use(programs.flows);
            return programs;
        } catch (LinuxException e) {
            if (!e.isNotPermitted() || System.getenv("CI") != null) {
                throw e;
            }
            Skip.because("this machine refuses BPF: " + e.getMessage());
            throw e;
        }
    }

    /** What the program of the instances' side does with a packet. */
    BpfProgram.Run fromInstance(byte[] packet) throws IOException {
        return programs.fromInstance().run(frame(packet), DEVICE);
    }

    /** What the program of the underlay's side does with a packet in the tunnel, whose outer UDP has this checksum. */
    BpfProgram.Run fromUnderlay(Endpoint from, Endpoint to, byte[] packet, int checksum) throws IOException {
        return fromUnderlay(wrapped(from, to, packet, checksum));
    }

    BpfProgram.Run fromUnderlay(byte[] outer) throws IOException {
        return programs.fromUnderlay().run(frame(outer), DEVICE);
    }

    /** The same program for a packet that comes as IP in IP. */
    BpfProgram.Run fromUnderlayInIp(Endpoint from, Endpoint to, byte[] packet) throws IOException {
        return fromUnderlay(wrappedInIp(from, to, packet));
    }

    /** As {@link #fromInstance} when the peer has just said that it takes IP in IP. */
    BpfProgram.Run fromInstanceInIp(Endpoint peer, byte[] packet) throws IOException {
        answered(peer, System.nanoTime() + Duration.ofHours(1).toNanos());
        return fromInstance(packet);
    }

    /** @param atNs CLOCK_MONOTONIC; 0: it was asked only */
    void answered(Endpoint peer, long atNs) {
        Ipv6 address = Addresses.underlay(peer);
        BpfMap map = programs.map("ip_in_ip");
        for (int protocol : new int[] {V4_IN_IP, V6_IN_IP}) {
            FlowEntry.address(map.key(), 0, address.high(), address.low());
            map.key().putInt(16, protocol);
            map.value().putLong(0, Long.reverseBytes(NONCE)).putLong(8, atNs);
            map.put();
        }
    }

    /** When the peer answered last, as {@link #answered} says it. */
    long answeredNs(Endpoint peer, int protocol) {
        Ipv6 address = Addresses.underlay(peer);
        BpfMap map = programs.map("ip_in_ip");
        FlowEntry.address(map.key(), 0, address.high(), address.low());
        map.key().putInt(16, protocol);
        assertThat(map.get()).isTrue();
        return map.value().getLong(8);
    }

    /** Nobody takes IP in IP. */
    void forgetPeers() {
        IpInIp.forgetAll(programs.map("ip_in_ip"));
    }

    /** How many bytes stand before a packet in the tunnel. */
    static int outerBytes(TestOverlay.Worker worker) {
        return isV4(worker.endpoint) ? 20 + 8 : 40 + 8;
    }

    private static boolean isV4(Endpoint endpoint) {
        Ipv6 address = Addresses.underlay(endpoint);
        return Addresses.isV4(address.high(), address.low());
    }

    static byte[] wrapped(Endpoint from, Endpoint to, byte[] packet, int checksum) {
        ByteBuffer datagram = ByteBuffer.allocate(8 + packet.length);
        datagram.putShort((short) from.port()).putShort((short) to.port());
        datagram.putShort((short) datagram.capacity())
                .putShort((short) checksum)
                .put(packet);
        return wrapped(from, to, UDP, datagram.array());
    }

    static byte[] wrappedInIp(Endpoint from, Endpoint to, byte[] packet) {
        return wrapped(from, to, packet[0] >> 4 == 6 ? V6_IN_IP : V4_IN_IP, packet);
    }

    static byte[] wrapped(Endpoint from, Endpoint to, int protocol, byte[] payload) {
        boolean v4 = isV4(from);
        ByteBuffer outer = ByteBuffer.allocate((v4 ? 20 : 40) + payload.length);
        Ipv6 source = Addresses.underlay(from);
        Ipv6 destination = Addresses.underlay(to);
        if (v4) {
            outer.putShort((short) 0x4500).putShort((short) outer.capacity()).putInt(0x4000);
            outer.put((byte) 64).put((byte) protocol).putShort((short) 0);
            outer.putInt((int) source.low()).putInt((int) destination.low());
        } else {
            outer.putInt(0x60000000)
                    .putShort((short) payload.length)
                    .put((byte) protocol)
                    .put((byte) 64);
            outer.putLong(source.high()).putLong(source.low());
            outer.putLong(destination.high()).putLong(destination.low());
        }
        return outer.put(payload).array();
    }

    private static byte[] frame(byte[] packet) {
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET_BYTES + packet.length);
        frame.putShort(12, (short) (packet[0] >> 4 == 6 ? 0x86dd : 0x0800));
        return frame.put(ETHERNET_BYTES, packet).array();
    }

    /** The packet in a frame, after this many bytes. */
    static byte[] inside(BpfProgram.Run run, int headers) {
        byte[] frame = run.frame();
        byte[] packet = new byte[frame.length - ETHERNET_BYTES - headers];
        System.arraycopy(frame, ETHERNET_BYTES + headers, packet, 0, packet.length);
        return packet;
    }

    /** The same packet one router later, its header's sum computed anew. */
    static byte[] oneHopLater(byte[] packet) {
        byte[] later = packet.clone();
        if (later[0] >> 4 == 6) {
            later[7]--;
            return later;
        }
        later[8]--;
        ByteBuffer header = ByteBuffer.wrap(later);
        header.putShort(10, (short) 0);
        int sum = 0;
        for (int at = 0; at < 20; at += 2) {
            sum += Short.toUnsignedInt(header.getShort(at));
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        header.putShort(10, (short) ~sum);
        return later;
    }

    @Override
    public void close() {
        memory.forEach(MappedMemory::close);
        FREE.push(programs);
    }
}
