package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A map, program or link of the kernel's. It lives as long as any process has it open, something uses it, or it is
 * pinned: has a name in a {@link BpfFileSystem}.
 */
public abstract sealed class BpfObject implements AutoCloseable permits BpfMap, BpfProgram, BpfLink {
    private static final int PIN_BYTES = 16;
    private static final int INFO_BYTES = 16;

    private final int fd;
    private boolean closed;

    BpfObject(int fd) {
        this.fd = fd;
    }

    /** Its number in this process, for instructions that name it. */
    public final int fd() {
        return fd;
    }

    /** Gives it a name under which {@code open} finds it, also after the end of this process. */
    public final void pin(Path name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Bpf.require("pin " + name, Bpf.call(Bpf.OBJECT_PIN, named(arena, name, fd), PIN_BYTES));
        }
    }

    /** @return a file descriptor */
    static int openPinned(Path name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return Bpf.require("open " + name, Bpf.call(Bpf.OBJECT_OPEN, named(arena, name, 0), PIN_BYTES));
        }
    }

    private static MemorySegment named(Arena arena, Path name, int fd) {
        MemorySegment attributes = arena.allocate(Bpf.ATTRIBUTE_BYTES, 8);
        attributes.set(LONG, 0, arena.allocateFrom(name.toString()).address());
        attributes.set(INT, 8, fd);
        return attributes;
    }

    /** The first bytes of what the kernel tells of it. */
    static void info(int fd, MemorySegment into) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(Bpf.ATTRIBUTE_BYTES, 8);
            attributes.set(INT, 0, fd);
            attributes.set(INT, 4, (int) into.byteSize());
            attributes.set(LONG, 8, into.address());
            Bpf.require("ask about a BPF object", Bpf.call(Bpf.OBJECT_INFO, attributes, INFO_BYTES));
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libc.close(fd);
        }
    }
}
