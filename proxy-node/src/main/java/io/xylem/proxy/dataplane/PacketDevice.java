package io.xylem.proxy.dataplane;

import java.io.IOException;

/** Where packets of this worker's instances come from and go to, e.g. a TUN device. Non-blocking; one thread. */
public interface PacketDevice extends AutoCloseable {
    /**
     * Fills free slots of {@code into} with packets that wait.
     *
     * @return how many were added; 0 when none waits
     * @throws IOException when the device is gone
     */
    int read(PacketBatch into) throws IOException;

    /**
     * Writes all packets of {@code from}, in order. What the kernel refuses is lost.
     *
     * @return how many the kernel took
     */
    int write(PacketBatch from) throws IOException;

    @Override
    void close();
}
