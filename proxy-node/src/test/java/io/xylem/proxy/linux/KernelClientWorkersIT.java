package io.xylem.proxy.linux;

import io.xylem.proxy.ebpf.KernelPath;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The same with the flows of the clients' worker in the kernel, and those of the other one in user space. */
class KernelClientWorkersIT extends WorkersIT {
    @Override
    @Nullable
    KernelPath kernelPathOfW1(KernelPath.Setup setup) throws IOException {
        return TestKernel.orSkip(setup);
    }
}
