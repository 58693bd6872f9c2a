package io.xylem.proxy.ebpf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in memory that the programs change at the same time. */
final class Shared {
    /** At offsets that are multiples of 8. */
    static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private Shared() {}
}
