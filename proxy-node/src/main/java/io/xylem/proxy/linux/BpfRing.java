package io.xylem.proxy.linux;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The reader of a {@code BPF_MAP_TYPE_RINGBUF}: records that programs write, in order. One thread. The kernel's layout
 * (kernel/bpf/ringbuf.c), of which the data stand twice so that no record is cut at the end:
 *
 * <pre>
 *  page: consumer position | page: producer position | data | the same data
 *  record: length u32, with bits 31 busy and 30 discarded | u32 | bytes, padded to 8
 * </pre>
 */
public final class BpfRing implements AutoCloseable {
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;
    private static final int HEADER_BYTES = 8;

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final MappedMemory consumer;
    private final MappedMemory producer;
    private final int pageBytes;
    private final long mask;

    private BpfRing(MappedMemory consumer, MappedMemory producer, int pageBytes, int dataBytes) {
        this.consumer = consumer;
        this.producer = producer;
        this.pageBytes = pageBytes;
        mask = dataBytes - 1L;
    }

    public static BpfRing of(BpfMap map) throws IOException {
        int page = Libc.pageBytes();
        MappedMemory consumer = MappedMemory.of(map.fd(), page);
        try {
            int bytes = map.shape().entries();
            return new BpfRing(consumer, MappedMemory.readOnly(map.fd(), page, page + 2L * bytes), page, bytes);
        } catch (IOException e) {
            consumer.close();
            throw e;
        }
    }

    /** Forgets what was not read. */
    public void skipAll() {
        LONGS.setRelease(consumer.buffer(), 0, (long) LONGS.getAcquire(producer.buffer(), 0));
    }

    /** @return the next record; null when there is none yet */
    public @Nullable ByteBuffer next() {
        long position = (long) LONGS.getVolatile(consumer.buffer(), 0);
        while (position < (long) LONGS.getAcquire(producer.buffer(), 0)) {
            int at = pageBytes + (int) (position & mask);
            int header = (int) INTS.getAcquire(producer.buffer(), at);
            if ((header & BUSY) != 0) {
                return null;
            }
            int length = header & ~DISCARDED;
            position += (length + HEADER_BYTES + 7) & ~7;
            if ((header & DISCARDED) == 0) {
                byte[] record = new byte[length];
                producer.buffer().get(at + HEADER_BYTES, record);
                LONGS.setRelease(consumer.buffer(), 0, position);
                return ByteBuffer.wrap(record).order(ByteOrder.nativeOrder());
            }
            LONGS.setRelease(consumer.buffer(), 0, position);
        }
        return null;
    }

    @Override
    public void close() {
        consumer.close();
        producer.close();
    }
}
