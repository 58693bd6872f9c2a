package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A program at an interface. The kernel takes it off when it is closed and not pinned, or when the interface goes. */
public final class BpfLink extends BpfObject {
    private static final int CREATE_BYTES = 32;
    private static final int UPDATE_BYTES = 16;
    private static final int INFO_BYTES = 24;
    private static final int INFO_DEVICE_AT = 16;

    private BpfLink(int fd) {
        super(fd);
    }

    static BpfLink create(NetworkNamespace namespace, BpfProgram program, int device, int attachType)
            throws IOException {
        // The number of an interface means one in the namespace of the thread that asks.
        return namespace.call(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment attributes = arena.allocate(Bpf.ATTRIBUTE_BYTES, 8);
                attributes.set(INT, 0, program.fd());
                attributes.set(INT, 4, device);
                attributes.set(INT, 8, attachType);
                return new BpfLink(Bpf.require(
                        "attach a BPF program to interface " + device + " of network namespace " + namespace,
                        Bpf.call(Bpf.LINK_CREATE, attributes, CREATE_BYTES)));
            }
        });
    }

    /** @throws IOException when it is not pinned there, too */
    public static BpfLink open(Path name) throws IOException {
        return new BpfLink(openPinned(name));
    }

    /** From the next packet on another program runs; none is missed by both. */
    public void replace(BpfProgram program) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(Bpf.ATTRIBUTE_BYTES, 8);
            attributes.set(INT, 0, fd());
            attributes.set(INT, 4, program.fd());
            Bpf.require("replace a BPF program", Bpf.call(Bpf.LINK_UPDATE, attributes, UPDATE_BYTES));
        }
    }

    /** @return the interface's number; 0 when it is gone */
    public int device() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(INFO_BYTES, 8);
            info(fd(), info);
            return info.get(INT, INFO_DEVICE_AT);
        }
    }
}
