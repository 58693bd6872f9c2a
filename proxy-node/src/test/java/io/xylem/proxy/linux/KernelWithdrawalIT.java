package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.CrowdedWorkers.CONNECTIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.ebpf.KernelPath;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** The same with all workers' flows in the kernel, and that it was the kernel that moved them. */
class KernelWithdrawalIT extends WithdrawalIT {
    @Override
    @Nullable
    KernelPath kernelPath(KernelPath.Setup setup) throws IOException {
        return TestKernel.orSkip(setup);
    }

    @Override
    @AfterEach
    void tearDown() {
        try {
            if (world != null) {
                await().atMost(Duration.ofMinutes(1))
                        .untilAsserted(() -> assertThat(world.w1.counters.get(Count.CARRIED_PACKETS))
                                .isGreaterThan(2 * CONNECTIONS));
            }
        } finally {
            super.tearDown();
        }
    }
}
