package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A program for packets of an interface ({@code BPF_PROG_TYPE_SCHED_CLS}) that the kernel has verified. */
public final class BpfProgram extends BpfObject {
    private static final int PROGRAM_TYPE = 3;
    private static final int TCX_INGRESS = 46;
    private static final int LOAD_BYTES = 72;
    private static final int TEST_BYTES = 80;
    private static final int NAME_AT = 48;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int LOG_BYTES = 1 << 20;
    /** The end of the verifier's log is where the reason stands. */
    private static final int LOG_LINES_TOLD = 12;
    /** Room for what a program puts before a packet. */
    private static final int HEADROOM_BYTES = 256;
    /** As far as {@code gso_size} of {@code struct __sk_buff}, and where its {@code ifindex} is. */
    private static final int CONTEXT_BYTES = 184;

    private static final int CONTEXT_DEVICE_AT = 40;

    private BpfProgram(int fd) {
        super(fd);
    }

    /** @throws IOException with the verifier's reason when it refuses */
    public static BpfProgram load(String name, ByteBuffer instructions, String license) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(Bpf.ATTRIBUTE_BYTES, 8);
            MemorySegment code = arena.allocate(instructions.remaining(), 8);
            code.copyFrom(MemorySegment.ofBuffer(instructions));
            attributes.set(INT, 0, PROGRAM_TYPE);
            attributes.set(INT, 4, instructions.remaining() / INSTRUCTION_BYTES);
            attributes.set(LONG, 8, code.address());
            attributes.set(LONG, 16, arena.allocateFrom(license).address());
            BpfMap.setName(attributes, NAME_AT, name);
            attributes.set(INT, 68, TCX_INGRESS);
            int fd = Bpf.call(Bpf.PROGRAM_LOAD, attributes, LOAD_BYTES);
            if (fd < 0) {
                throw refused(name, arena, attributes, fd);
            }
            return new BpfProgram(fd);
        }
    }

    /** Asks again for the log, which costs the verifier time. */
    private static IOException refused(String name, Arena arena, MemorySegment attributes, int result)
            throws LinuxException {
        if (result == -Errno.EPERM) {
            Bpf.require("load BPF program " + name, result);
        }
        MemorySegment log = arena.allocate(LOG_BYTES);
        attributes.set(INT, 24, 1);
        attributes.set(INT, 28, LOG_BYTES);
        attributes.set(LONG, 32, log.address());
        int again = Bpf.call(Bpf.PROGRAM_LOAD, attributes, LOAD_BYTES);
        if (again >= 0) {
            Libc.close(again);
        }
        String[] lines = log.getString(0).strip().split("\n");
        int from = Math.max(0, lines.length - LOG_LINES_TOLD);
        return new LinuxException(
                "load BPF program " + name,
                -result,
                "the verifier says: " + String.join("\n", Arrays.asList(lines).subList(from, lines.length)));
    }

    /** What a program made of a packet: its verdict, and the frame as it is now. */
    public record Run(int verdict, byte[] frame) {}

    /**
     * Gives the program one Ethernet frame, as if it came from an interface of the process's own namespace. Nothing leaves.
     *
     * @param device the interface's index
     */
    public Run run(byte[] frame, int device) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(Bpf.ATTRIBUTE_BYTES, 8);
            MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame);
            MemorySegment out = arena.allocate(frame.length + HEADROOM_BYTES);
            MemorySegment context = arena.allocate(CONTEXT_BYTES, 8);
            context.set(INT, CONTEXT_DEVICE_AT, device);
            attributes.set(INT, 0, fd());
            attributes.set(INT, 8, frame.length);
            attributes.set(INT, 12, (int) out.byteSize());
            attributes.set(LONG, 16, in.address());
            attributes.set(LONG, 24, out.address());
            attributes.set(INT, 32, 1);
            attributes.set(INT, 40, CONTEXT_BYTES);
            attributes.set(LONG, 48, context.address());
            Bpf.require("run a BPF program", Bpf.call(Bpf.PROGRAM_TEST_RUN, attributes, TEST_BYTES));
            return new Run(
                    attributes.get(INT, 4),
                    out.asSlice(0, attributes.get(INT, 12)).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** Runs for every packet that comes in by an interface, until the link is closed and not pinned. */
    public BpfLink attach(NetworkNamespace namespace, int device) throws IOException {
        return BpfLink.create(namespace, this, device, TCX_INGRESS);
    }
}
