package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.proxy.Skip;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.ebpf.KernelPath;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same with both workers' flows in the kernel, and that they are there. */
class KernelWorkersIT extends WorkersIT {
    @Override
    @Nullable
    KernelPath kernelPathOfW1(KernelPath.Setup setup) throws IOException {
        return TestKernel.orSkip(setup);
    }

    @Override
    @Nullable
    KernelPath kernelPathOfW2(KernelPath.Setup setup) throws IOException {
        return TestKernel.orSkip(setup);
    }

    /** Of a connection within one worker, and of one to another, all but the first packets. */
    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.2", "10.30.0.3", "fdff::1", "fdff::2"})
    void javaSeesOnlyTheFirstPackets(String dialled) throws IOException {
        client.tcp(dialled, new byte[4 << 20]);
        await().untilAsserted(() -> {
            long carried = w1.counters.get(Count.CARRIED_PACKETS);
            assertThat(carried).isGreaterThan(40);
            long all = w1.counters.get(Count.SENT_PACKETS) + w1.counters.get(Count.DELIVERED_PACKETS);
            assertThat(all - carried).as("by Java").isLessThan(5);
        });
    }

    @Override
    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.3", "fdff::2"})
    void aCaptureShowsPacketsBeforeAndAfter(String dialled) throws Exception {
        super.aCaptureShowsPacketsBeforeAndAfter(dialled);
        assertThat(shown).contains("in the kernel");
    }

    /**
     * Connections of both families move on, their content intact, when a worker's questions no longer come to the other one.
     * The rule meets the questions alone, for nft does not see what a program sends on.
     */
    @ParameterizedTest
    @CsvSource({"192.168.77.1, 192.168.77.2, 24", "fd77::1, fd77::2, 64"})
    void connectionsGoAsIpInIpWhileThePeerAnswers(String underlay1, String underlay2, int length) throws Exception {
        Skip.unless(NftCommand.isThere(), "nft is not installed");
        tearDown();
        setUp(underlay1, underlay2, length);
        try (Transfers transfers = new Transfers(clientSpace, Seed.random().nextLong())) {
            transfers.begin("10.30.0.3", 2);
            transfers.begin("fdff::2", 2);
            awaitIpInIp();
            NftCommand.run(w1.namespace, """
                    table netdev drops { chain out { type filter hook egress device "u0" priority 0; policy accept
                    ip protocol { 4, 41 } drop
                    ip6 nexthdr { 4, 41 } drop
                    }
                    }
                    """);
            awaitUdpOnly(transfers);
            assertThat(transfers.failures()).isEmpty();
        }
    }

    /** Waits until the programs have sent some hundred packets, and none of them so. */
    private void awaitUdpOnly(Transfers transfers) {
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            long inIp = w1.counters.get(Count.SENT_IP_IN_IP);
            long carried = w1.counters.get(Count.CARRIED_PACKETS);
            await().until(() -> w1.counters.get(Count.CARRIED_PACKETS) > carried + 100);
            transfers.awaitProgress();
            return w1.counters.get(Count.SENT_IP_IN_IP) == inIp;
        });
    }

    private void awaitIpInIp() {
        for (TestWorker worker : List.of(w1, w2)) {
            await().atMost(Duration.ofMinutes(2)).until(() -> worker.counters.get(Count.SENT_IP_IN_IP) > 100);
        }
    }

    @Test
    void whatEndsInTheKernelEndsInTheCensus() throws IOException {
        client.tcp("10.30.0.3", new byte[1]);
        assertThat(w2.counters.get(Count.FLOWS_ACCEPTED)).isEqualTo(1);
        await().untilAsserted(() -> assertThat(w2.flows().hosted()).isEmpty());
        assertThat(w2.counters.get(Count.FLOWS))
                .as("it is known until its time is over")
                .isEqualTo(1);
    }
}
