package io.xylem.proxy.linux;

import io.xylem.proxy.Skip;
import io.xylem.proxy.ebpf.KernelPath;
import java.io.IOException;

/** Data planes in the kernel, where it lets a test have them. */
final class TestKernel {
    private TestKernel() {}

    /** Skips the test where the build had no clang, or the kernel refuses the programs; the latter not with {@code CI} set. */
    static KernelPath orSkip(KernelPath.Setup setup) throws IOException {
        try {
            return KernelPath.open(setup);
        } catch (IOException e) {
            boolean refused = !(e instanceof LinuxException linux) || linux.isNotPermitted();
            boolean mustWork = e instanceof LinuxException && System.getenv("CI") != null;
            if (!refused || mustWork) {
                throw e;
            }
            Skip.because("no packets in the kernel here: " + e.getMessage());
            throw e;
        }
    }
}
