package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/**
 * A map of the kernel's. Keys and values go through {@link #key} and {@link #value}, two buffers of the map's own in the
 * machine's byte order, so a call allocates nothing. One thread.
 */
public final class BpfMap extends BpfObject {
    /** What a map is: the numbers of {@code enum bpf_map_type} and its flags. */
    public record Shape(int type, int keyBytes, int valueBytes, int entries, int flags) {}

    // enum bpf_map_type
    private static final int HASH = 1;
    private static final int LRU_HASH = 9;

    /** {@code BPF_MAP_TYPE_PERCPU_ARRAY}: a value is one for each processor that the machine can have. */
    private static final int PER_CPU_ARRAY = 6;

    private static final int CREATE_BYTES = 72;
    private static final int ELEMENT_BYTES = 32;
    private static final int BATCH_BYTES = 56;
    private static final int INFO_BYTES = 24;
    private static final int NAME_AT = 28;
    private static final int NAME_BYTES = 16;
    private static final int BATCH = 1024;

    private final Shape shape;
    private final MemorySegment element;
    /** Without a value: the kernel refuses attributes that a command does not have. */
    private final MemorySegment onlyKey;

    private final MemorySegment errno;
    private final ByteBuffer key;
    private final ByteBuffer value;

    private BpfMap(int fd, Shape shape) throws IOException {
        super(fd);
        this.shape = shape;
        Arena arena = Arena.ofAuto();
        int valueBytes = shape.type == PER_CPU_ARRAY ? shape.valueBytes * Processors.possible() : shape.valueBytes;
        MemorySegment keyAt = arena.allocate(shape.keyBytes, 8);
        MemorySegment valueAt = arena.allocate(valueBytes, 8);
        key = keyAt.asByteBuffer().order(ByteOrder.nativeOrder());
        value = valueAt.asByteBuffer().order(ByteOrder.nativeOrder());
        errno = Native.errnoPlace(arena);
        element = arena.allocate(ELEMENT_BYTES, 8);
        element.set(INT, 0, fd);
        element.set(LONG, 8, keyAt.address());
        element.set(LONG, 16, valueAt.address());
        onlyKey = arena.allocate(ELEMENT_BYTES, 8);
        onlyKey.set(INT, 0, fd);
        onlyKey.set(LONG, 8, keyAt.address());
    }

    public static BpfMap create(String name, Shape shape) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(Bpf.ATTRIBUTE_BYTES, 8);
            attributes.set(INT, 0, shape.type);
            attributes.set(INT, 4, shape.keyBytes);
            attributes.set(INT, 8, shape.valueBytes);
            attributes.set(INT, 12, shape.entries);
            attributes.set(INT, 16, shape.flags);
            setName(attributes, NAME_AT, name);
            int fd = Bpf.require(
                    "make BPF map " + name + " " + shape, Bpf.call(Bpf.MAP_CREATE, attributes, CREATE_BYTES));
            return new BpfMap(fd, shape);
        }
    }

    /** @throws IOException when it is not pinned there, too */
    public static BpfMap open(Path name) throws IOException {
        int fd = openPinned(name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(INFO_BYTES, 8);
            info(fd, info);
            return new BpfMap(fd, new Shape(at(info, 0), at(info, 8), at(info, 12), at(info, 16), at(info, 20)));
        } catch (IOException e) {
            Libc.close(fd);
            throw e;
        }
    }

    private static int at(MemorySegment info, int offset) {
        return info.get(INT, offset);
    }

    /** The kernel cuts names, and refuses those without an end. */
    static void setName(MemorySegment attributes, int at, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        int length = Math.min(bytes.length, NAME_BYTES - 1);
        MemorySegment.copy(bytes, 0, attributes, ValueLayout.JAVA_BYTE, at, length);
    }

    public Shape shape() {
        return shape;
    }

    public ByteBuffer key() {
        return key;
    }

    /** Of a map per processor: one value after the other, each on a multiple of 8 bytes. */
    public ByteBuffer value() {
        return value;
    }

    /** Puts {@link #value} at {@link #key}. @return false when there is no room */
    public boolean put() {
        return succeeded(Bpf.call(errno, Bpf.MAP_UPDATE, element, ELEMENT_BYTES));
    }

    /** Reads {@link #value} of {@link #key}. @return whether there is one */
    public boolean get() {
        return succeeded(Bpf.call(errno, Bpf.MAP_LOOKUP, element, ELEMENT_BYTES));
    }

    /** Removes {@link #key}. @return whether it was there */
    public boolean remove() {
        return succeeded(Bpf.call(errno, Bpf.MAP_DELETE, onlyKey, ELEMENT_BYTES));
    }

    /** Not there, or no room, is an answer; anything else is a defect of ours. */
    private boolean succeeded(int result) {
        return switch (-result) {
            case 0 -> true;
            case Errno.ENOENT, Errno.E2BIG, Errno.ENOMEM -> false;
            default -> throw new IllegalStateException("BPF map " + shape + ": " + Errno.text(-result));
        };
    }

    /** Every entry of a hash map that is not changed meanwhile, but that the action may remove. The buffers are valid during the call only. */
    public void forEach(BiConsumer<ByteBuffer, ByteBuffer> action) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(Bpf.ATTRIBUTE_BYTES, 8);
            MemorySegment position = arena.allocate(Math.max(8, shape.keyBytes), 8);
            MemorySegment keys = arena.allocate((long) BATCH * shape.keyBytes, 8);
            MemorySegment values = arena.allocate((long) BATCH * shape.valueBytes, 8);
            attributes.set(LONG, 8, position.address());
            attributes.set(LONG, 16, keys.address());
            attributes.set(LONG, 24, values.address());
            attributes.set(INT, 36, fd());
            int result = 0;
            while (result != -Errno.ENOENT) {
                attributes.set(INT, 32, BATCH);
                result = Bpf.call(Bpf.MAP_LOOKUP_BATCH, attributes, BATCH_BYTES);
                if (result < 0 && result != -Errno.ENOENT) {
                    throw new IllegalStateException("BPF map " + shape + ": " + Errno.text(-result));
                }
                for (int i = 0; i < attributes.get(INT, 32); i++) {
                    action.accept(slice(keys, i, shape.keyBytes), slice(values, i, shape.valueBytes));
                }
                attributes.set(LONG, 0, position.address()); // from where this batch ended
            }
        }
    }

    /** Whether it is one whose entries come and go, so that {@link #entries} says something. */
    public boolean isHash() {
        return shape.type == HASH || shape.type == LRU_HASH;
    }

    /** How many entries a hash map has, about. Any thread. */
    public long entries() {
        long[] entries = {0};
        forEach((_, _) -> entries[0]++);
        return entries[0];
    }

    private static ByteBuffer slice(MemorySegment of, int index, int bytes) {
        return of.asSlice((long) index * bytes, bytes).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** All values of an array that was made for it, in place: what either side writes the other sees. */
    public MappedMemory map() throws IOException {
        return MappedMemory.of(fd(), (long) shape.entries * shape.valueBytes);
    }
}
