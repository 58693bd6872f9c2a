package io.xylem.proxy.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.balancing.Policies;
import io.xylem.model.Endpoint;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AgentRunnerTest {
    private final MemoryDevice device = new MemoryDevice(1_000);
    private final Counters counters = new Counters();

    @Test
    void turnsUntilNothingIsLeftAndThenWaits() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            device.offer(new byte[1]);
        }
        AtomicInteger waits = new AtomicInteger();
        Semaphore woken = new Semaphore(0);
        AgentRunner runner = new AgentRunner(
                agent(device),
                timeoutMs -> {
                    if (timeoutMs > 0) {
                        waits.incrementAndGet();
                        woken.acquireUninterruptibly();
                    }
                    return Readiness.BOTH;
                },
                System::nanoTime,
                e -> {
                    throw new AssertionError(e);
                });
        Thread thread = Thread.ofPlatform().start(runner);
        await().until(() -> waits.get() == 1);
        assertThat(counters.drops(Direction.OUTBOUND, Drop.NOT_IP)).isEqualTo(200);
        runner.close();
        woken.release();
        thread.join();
        assertThat(waits).hasValue(1);
    }

    @Test
    void endsAndTellsWhenThePortIsGone() {
        IOException gone = new IOException("the device is gone");
        PacketDevice broken = new PacketDevice() {
            @Override
            public Merging merging() {
                return Merging.NOTHING;
            }

            @Override
            public int read(PacketBatch into) throws IOException {
                throw gone;
            }

            @Override
            public int write(PacketBatch from) {
                return 0;
            }

            @Override
            public void close() {}
        };
        List<Throwable> told = new ArrayList<>();
        new AgentRunner(agent(broken), timeoutMs -> Readiness.BOTH, System::nanoTime, told::add).run();
        assertThat(told).containsExactly(gone);
    }

    private ForwardingAgent agent(PacketDevice packets) {
        return new ForwardingAgent(
                packets,
                new MemoryUnderlay(1).open(new Endpoint("192.168.77.1", 50_103)),
                () -> RouteTable.empty("w1"),
                () -> Attachments.NONE,
                Policies.load(),
                counters,
                ForwardingAgent.Limits.defaults(1));
    }
}
