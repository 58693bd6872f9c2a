package io.xylem.proxy.ebpf;

import io.xylem.proxy.domain.FastPath;
import java.nio.ByteBuffer;

/**
 * How each flow was used, as the programs write it and Java reads it in the same memory: two of {@code struct use} of
 * maps.h for each flow, the outbound direction and the inbound one.
 *
 * <pre>
 *  last 0 | packets 8 | bytes 16 | generation 24 | TCP flags 28 | acknowledged 32 | sent 36 | the programs' own 40 | … 64
 * </pre>
 */
final class FlowUses {
    static final int OUTBOUND = 0;
    static final int INBOUND = 1;

    private static final int BYTES = 64;
    private static final int PACKETS_AT = 8;
    private static final int GENERATION_AT = 24;
    private static final int FLAGS_AT = 28;
    private static final int ACKNOWLEDGED_AT = 32;
    private static final int SENT_AT = 36;

    private final ByteBuffer memory;

    /** @param memory the map {@code flow_uses} */
    FlowUses(ByteBuffer memory) {
        this.memory = memory;
    }

    static int index(int slot, int direction) {
        return 2 * slot + direction;
    }

    static int slot(int index) {
        return index / 2;
    }

    /** Nothing was seen of this generation yet; what still comes of an earlier one is not written. */
    void begin(int slot, int generation) {
        for (int direction = OUTBOUND; direction <= INBOUND; direction++) {
            int at = index(slot, direction) * BYTES;
            for (int offset = 0; offset < BYTES; offset += Long.BYTES) {
                memory.putLong(at + offset, 0);
            }
            memory.putInt(at + GENERATION_AT, generation);
        }
    }

    int generation(int slot) {
        return memory.getInt(index(slot, OUTBOUND) * BYTES + GENERATION_AT);
    }

    /** @return whether there was any packet */
    boolean read(int slot, FastPath.Use into) {
        int out = index(slot, OUTBOUND) * BYTES;
        int in = index(slot, INBOUND) * BYTES;
        into.outbound = memory.getLong(out + PACKETS_AT) != 0;
        into.inbound = memory.getLong(in + PACKETS_AT) != 0;
        into.lastNs = Math.max(memory.getLong(out), memory.getLong(in));
        into.outboundFlags = memory.getInt(out + FLAGS_AT);
        into.inboundFlags = memory.getInt(in + FLAGS_AT);
        into.acknowledged = memory.getInt(out + ACKNOWLEDGED_AT);
        into.sent = memory.getInt(out + SENT_AT);
        return into.outbound || into.inbound;
    }
}
