package io.xylem.proxy.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What all calls into the C library share. Each class links only its own calls, in its static initialiser, because
 * linking takes about 20 ms a call. Pointers are plain {@code long}s. No call is linked as critical: a blocking one
 * would hold up garbage collection.
 *
 * <p>A call is linked in one of two ways. {@link #link} captures {@code errno} and allocates (the JDK slices the place
 * for it); {@link #linkPlain} does neither and is for calls per packet, which ask again by the other way when they fail
 * and the reason matters.
 */
final class Native {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    static final ValueLayout.OfShort SHORT_BE = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt INT_BE = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfLong LONG_BE = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** All memory, so that structures outside the heap are read and written by absolute address. */
    @SuppressWarnings("restricted")
    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private Native() {}

    /** Links a function of the C library; the handle takes the place for {@code errno} first. */
    static MethodHandle link(String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(result, arguments), Linker.Option.captureCallState("errno"));
    }

    /** As {@link #link} for a function whose arguments after the {@code fixed} first ones are variadic. */
    static MethodHandle linkVariadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return handle(
                name,
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }

    /** Without {@code errno} and without any allocation. */
    static MethodHandle linkPlain(String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(result, arguments));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        MemorySegment function = linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no function " + name));
        return linker.downcallHandle(function, type, options);
    }

    static MemorySegment errnoPlace(Arena arena) {
        return arena.allocate(CAPTURE);
    }

    static int errno(MemorySegment place) {
        return (int) ERRNO.get(place, 0L);
    }

    /** Where a direct buffer begins. Valid as long as the buffer is reachable. */
    static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct.duplicate().clear()).address();
    }

    /** A call through a method handle declares {@code Throwable}; a system call throws nothing. */
    static IllegalStateException impossible(Throwable thrown) {
        return new IllegalStateException("a call into the C library threw", thrown);
    }
}
