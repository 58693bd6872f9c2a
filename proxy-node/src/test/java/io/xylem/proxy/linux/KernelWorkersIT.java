package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.ebpf.KernelPath;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
