package io.xylem.proxy.ebpf;

import io.xylem.proxy.dataplane.Captured;
import io.xylem.proxy.dataplane.Captured.Way;
import io.xylem.proxy.dataplane.Captures;
import io.xylem.proxy.linux.BpfRing;
import io.xylem.proxy.linux.MappedMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Shows packets that the programs move. While somebody captures, they copy each one's beginning, before and after, into a
 * ring, as {@code struct copy} of copy.h, and a thread of its own reads it; else there is no thread and no copy.
 *
 * <pre>
 *  at 0 | length u32 8 | copied u32 12 | way 16 | before, 128 bytes, 24 | after 152 | … 280
 * </pre>
 */
final class KernelCopies implements Captures.Source, AutoCloseable {
    private static final int COPY_BYTES = 128;
    private static final int LENGTH_AT = 8;
    private static final int COPIED_AT = 12;
    private static final int WAY_AT = 16;
    private static final int BEFORE_AT = 24;
    private static final int AFTER_AT = BEFORE_AT + COPY_BYTES;

    /** {@code enum copy_way} */
    private static final Way[] WAYS = {Way.OUTBOUND, Way.INBOUND, Way.LOCAL};

    /** {@code struct capturing}: on 0, lost 8 */
    private static final int LOST_AT = 8;

    private static final long EVERY_NS = 2_000_000;

    private final BpfRing ring;
    private final MappedMemory state;
    private @Nullable Thread reader;
    private volatile boolean isOn;

    KernelCopies(Programs programs) throws IOException {
        ring = BpfRing.of(programs.map("copies"));
        state = programs.map("capturing_state").map();
        state.buffer().putLong(0, 0); // an earlier process may have been killed while it was on
    }

    @Override
    public void begin(Captures into) {
        ring.skipAll();
        state.buffer().putLong(LOST_AT, 0);
        isOn = true;
        state.buffer().putLong(0, 1);
        reader = Thread.ofPlatform().daemon().name("copies").start(() -> read(into));
    }

    @Override
    public void end() {
        state.buffer().putLong(0, 0);
        isOn = false;
        Thread thread = reader;
        if (thread != null) {
            LockSupport.unpark(thread);
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            reader = null;
        }
    }

    private void read(Captures into) {
        long lost = 0;
        while (isOn) {
            for (ByteBuffer copy = ring.next(); copy != null && isOn; copy = ring.next()) {
                into.add(captured(copy));
            }
            long lostNow = state.buffer().getLong(LOST_AT);
            into.lost(lostNow - lost);
            lost = lostNow;
            LockSupport.parkNanos(EVERY_NS);
        }
    }

    private static Captured captured(ByteBuffer copy) {
        int copied = copy.getInt(COPIED_AT);
        int length = copy.getInt(LENGTH_AT);
        return new Captured(
                copy.getLong(0),
                WAYS[(int) copy.getLong(WAY_AT)],
                side(copy, BEFORE_AT, copied, length),
                side(copy, AFTER_AT, copied, length),
                true,
                "in the kernel");
    }

    private static Captured.Copy side(ByteBuffer copy, int at, int copied, int length) {
        byte[] bytes = new byte[copied];
        copy.get(at, bytes);
        return new Captured.Copy(bytes, length);
    }

    @Override
    public void close() {
        end();
        ring.close();
        state.close();
    }
}
