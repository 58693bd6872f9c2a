package io.xylem.proxy.linux;

import io.xylem.proxy.ebpf.KernelPath;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The same with the flows of the clients' worker in user space, and those of the other one in the kernel. */
class KernelServerWorkersIT extends WorkersIT {
    @Override
    @Nullable
    KernelPath kernelPathOfW2(KernelPath.Setup setup) throws IOException {
        return TestKernel.orSkip(setup);
    }
}
