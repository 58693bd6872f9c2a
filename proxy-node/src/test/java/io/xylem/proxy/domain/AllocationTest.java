package io.xylem.proxy.domain;

import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.balancing.Policies;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceIp;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.proxy.domain.TestPackets.Tcp;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A packet of a flow that is known costs no memory. */
class AllocationTest {
    private static final int PACKETS = 100_000;

    @Test
    void nothingIsAllocatedForAPacketOfAKnownFlow() {
        InstanceAt client = at(1, "10.30.0.2", "fdff::2", "10.18.0.1", "fc00::1");
        InstanceAt server = at(2, "10.30.0.3", "fdff::3", "10.18.0.2", "fc00::2");
        RouteFold fold = new RouteFold("w1");
        fold.apply(client);
        fold.apply(server);
        fold.apply(new ServiceKnown(
                TestOverlay.S, List.of(new ServiceIp("RR", TestOverlay.dual("10.30.0.1", "fdff:2000::1"))), 3));
        Translator translator = new Translator(new FlowTable(100, 1, new Counters()), Policies.load(), new Counters());
        translator.use(fold.table(), Attachments.of(List.of(attachment(client), attachment(server))), 0);

        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (String[] ends : new String[][] {{"10.18.0.1", "10.30.0.1"}, {"fc00::1", "fdff:2000::1"}}) {
            byte[] bytes = packet(ends[0], ends[1], new Tcp(1_000, 80, "A"));
            ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length);
            Packet packet = new Packet();
            forward(translator, packet, memory, bytes, 1);
            long before = threads.getCurrentThreadAllocatedBytes();
            forward(translator, packet, memory, bytes, PACKETS);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).isLessThan(PACKETS); // the measurement itself takes a little
        }
    }

    @Test
    void nothingIsAllocatedForAPacketThatIsRefused() {
        InstanceAt client = at(1, "10.30.0.2", "fdff::2", "10.18.0.1", "fc00::1");
        RouteFold fold = new RouteFold("w1");
        fold.apply(client);
        Translator translator = new Translator(new FlowTable(100, 1, new Counters()), Policies.load(), new Counters());
        translator.use(fold.table(), Attachments.of(List.of(attachment(client))), 0);
        Refusals refusals = new Refusals(new Counters());
        byte[] bytes = packet("10.18.0.1", "10.30.0.2", new Tcp(1_000, 80, "A"));
        byte[] stranger = packet("10.18.0.1", "10.30.9.9", new Tcp(1_000, 80, "A"));
        ByteBuffer memory = ByteBuffer.allocateDirect(4_096);
        Packet packet = new Packet();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < PACKETS; i++) {
            memory.put(0, i % 2 == 0 ? bytes : stranger);
            packet.wrap(memory, 0, bytes.length);
            boolean isRefused = translator.outbound(packet, i * 1_000_000L) instanceof Drop reason
                    && refusals.answer(packet, reason, i * 1_000_000L, memory, 2_048) > 0;
            if (!isRefused) {
                throw new AssertionError("packet " + i + " was not refused");
            }
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(PACKETS);
    }

    private static void forward(Translator translator, Packet packet, ByteBuffer memory, byte[] bytes, int packets) {
        for (int i = 0; i < packets; i++) {
            memory.put(0, bytes);
            boolean arrived = packet.wrap(memory, 0, bytes.length) == null
                    && translator.outbound(packet, i) instanceof Target
                    && translator.inbound(packet, i) instanceof Attachment;
            if (!arrived) {
                throw new AssertionError("packet " + i + " did not arrive");
            }
        }
    }

    private static InstanceAt at(int n, String instanceV4, String instanceV6, String v4, String v6) {
        return new InstanceAt(
                new InstanceName(TestOverlay.S, n),
                TestOverlay.dual(instanceV4, instanceV6),
                TestOverlay.dual(v4, v6),
                "w1",
                new Endpoint("192.168.77.1", 50_103),
                n == 1 ? InstanceState.UNREADY : InstanceState.READY,
                n);
    }

    private static Attachment attachment(InstanceAt at) {
        return new Attachment(at.instance(), at.instanceIp(), at.namespaceIp());
    }
}
