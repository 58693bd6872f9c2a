package io.xylem.proxy.ebpf;

import io.xylem.model.Endpoint;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.linux.BpfMap;
import io.xylem.proxy.linux.BpfProgram;
import io.xylem.proxy.linux.LinuxException;
import io.xylem.proxy.linux.MappedMemory;
import io.xylem.proxy.linux.RouteQuery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The real programs of one worker, run by hand on single packets; its agent decides and enters the flows. */
final class TestPrograms implements AutoCloseable {
    /** The loopback: whatever the packets seem to come from, it is there. */
    static final int DEVICE = 1;

    static final int NEXT = -1;
    static final int REDIRECT = 7;
    static final int MAX_FLOWS = 1_000;

    private static final int TUNNEL_PORT = 50_103;
    private static final int ETHERNET_BYTES = 14;
    static final int OUTER_BYTES = 28;

    final Programs programs;
    final KernelFlows flows;
    private final List<MappedMemory> memory = new ArrayList<>();

    private TestPrograms(Programs programs, int self) throws IOException {
        this.programs = programs;
        KernelFlows.Ways ways = new KernelFlows.Ways() {
            @Override
            public RouteQuery.@Nullable Way to(long peerHigh, long peerLow) {
                return Addresses.isV4(peerHigh, peerLow) ? new RouteQuery.Way(DEVICE, self, (int) peerLow) : null;
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
                0);
        KernelPath.configure(programs, TUNNEL_PORT);
    }

    private ByteBuffer mapped(String map) throws IOException {
        memory.add(programs.map(map).map());
        return memory.getLast().buffer();
    }

    /** Skips the test where the build had no clang, or the kernel refuses the programs; the latter not with {@code CI} set. */
    static TestPrograms orSkip(TestOverlay.Worker worker) throws IOException {
        Assumptions.assumeTrue(Programs.areThere(), "SKIPPED: this build has no BPF programs, as there was no clang");
        try {
            Programs loaded = Programs.load(MAX_FLOWS, BpfMap::create);
            TestPrograms programs = new TestPrograms(
                    loaded, (int) Addresses.underlay(worker.endpoint).low());
            worker.agent().use(programs.flows);
            return programs;
        } catch (LinuxException e) {
            if (!e.isNotPermitted() || System.getenv("CI") != null) {
                throw e;
            }
            System.out.println("SKIPPED: this machine refuses BPF: " + e.getMessage());
            Assumptions.abort("BPF is refused: " + e.getMessage());
            throw e;
        }
    }

    /** What the program of the instances' side does with a packet. */
    BpfProgram.Run fromInstance(byte[] packet) throws IOException {
        return programs.fromInstance().run(frame(packet), DEVICE);
    }

    /** What the program of the underlay's side does with a packet in the tunnel, whose outer UDP has this checksum. */
    BpfProgram.Run fromUnderlay(Endpoint from, Endpoint to, byte[] packet, int checksum) throws IOException {
        return programs.fromUnderlay().run(frame(wrapped(from, to, packet, checksum)), DEVICE);
    }

    static byte[] wrapped(Endpoint from, Endpoint to, byte[] packet, int checksum) {
        ByteBuffer outer = ByteBuffer.allocate(OUTER_BYTES + packet.length);
        outer.putShort((short) 0x4500).putShort((short) outer.capacity()).putInt(0x4000);
        outer.put((byte) 64).put((byte) 17).putShort((short) 0);
        outer.putInt((int) Addresses.underlay(from).low())
                .putInt((int) Addresses.underlay(to).low());
        outer.putShort((short) from.port()).putShort((short) to.port());
        outer.putShort((short) (8 + packet.length)).putShort((short) checksum).put(packet);
        return outer.array();
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
    public void close() throws IOException {
        memory.forEach(MappedMemory::close);
        programs.close();
    }
}
