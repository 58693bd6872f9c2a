package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory shared with the kernel, in the machine's byte order. Not to be touched after it is closed. */
public final class MappedMemory implements AutoCloseable {
    // asm-generic/mman-common.h, mman.h
    private static final int PROT_READ = 1;
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_SHARED = 1;

    private static final MethodHandle MMAP = Native.link("mmap", LONG, LONG, LONG, INT, INT, INT, LONG);
    private static final MethodHandle MUNMAP = Native.link("munmap", INT, LONG, LONG);

    private final long address;
    private final ByteBuffer buffer;

    private MappedMemory(long address, long bytes) {
        this.address = address;
        buffer = Native.MEMORY.asSlice(address, bytes).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    static MappedMemory of(int fd, long bytes) throws LinuxException {
        return of(fd, 0, bytes, PROT_READ_WRITE);
    }

    static MappedMemory readOnly(int fd, long offset, long bytes) throws LinuxException {
        return of(fd, offset, bytes, PROT_READ);
    }

    private static MappedMemory of(int fd, long offset, long bytes, int protection) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            long address = (long) MMAP.invokeExact(errno, 0L, bytes, protection, MAP_SHARED, fd, offset);
            if (address == -1) {
                throw new LinuxException("map " + bytes + " bytes of a BPF map", Native.errno(errno), "");
            }
            return new MappedMemory(address, bytes);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public void close() {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) MUNMAP.invokeExact(Native.errnoPlace(arena), address, (long) buffer.capacity());
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }
}
