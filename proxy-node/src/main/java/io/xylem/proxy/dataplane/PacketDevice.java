package io.xylem.proxy.dataplane;

import java.io.IOException;

/** Where packets of this worker's instances come from and go to, e.g. a TUN device. Non-blocking; one thread. */
public interface PacketDevice extends AutoCloseable {
    /** Of which packets {@link #write} takes super-packets. */
    enum Merging {
        NOTHING,
        TCP,
        TCP_AND_UDP
    }

    /** The same as long as the device is open. */
    Merging merging();

    /**
     * Fills free slots of {@code into} with packets and super-packets that wait, maybe with partial checksums; headers and
     * payload are in one piece.
     *
     * @return how many slots were filled; 0 when nothing waits
     * @throws IOException when the device is gone
     */
    int read(PacketBatch into) throws IOException;

    /**
     * Writes all packets and super-packets of {@code from}, in order. What the kernel refuses is lost.
     *
     * @return how many packets the kernel took, as {@link PacketBatch#packets} counts them
     */
    int write(PacketBatch from) throws IOException;

    @Override
    void close();
}
