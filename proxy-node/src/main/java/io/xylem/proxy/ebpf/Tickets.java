package io.xylem.proxy.ebpf;

import io.xylem.proxy.domain.FastPath;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Slots of the table that the programs may enter flows in, and what they wrote of these ({@code struct ticket} and
 * {@code struct office} of maps.h). Tickets are given, taken and come back in the order of their numbers.
 *
 * <pre>
 *  office: taken 0 | issued 8
 *  ticket: slot 0 | generation 4 | done 8 | own 16 | dialled 32 | remote 48 | ports 64 66 | protocol 68 | opened here 69
 *          used 70 | has partner 71 | target 72 | … 80
 * </pre>
 */
final class Tickets {
    static final int TICKETS = 1024;
    static final int BYTES = 80;
    private static final int ISSUED_AT = 8;
    private static final int GENERATION_AT = 4;
    private static final int DONE_AT = 8;
    private static final int OWN_AT = 16;
    private static final int DIALLED_AT = 32;
    private static final int REMOTE_AT = 48;
    private static final int OWN_PORT_AT = 64;
    private static final int REMOTE_PORT_AT = 66;
    private static final int PROTOCOL_AT = 68;
    private static final int OPENED_HERE_AT = 69;
    private static final int USED_AT = 70;
    private static final int PARTNER_AT = 71;
    private static final int TARGET_AT = 72;

    private final ByteBuffer office;
    private final ByteBuffer memory;
    private final FlowUses uses;
    private final int most;
    private long issued;
    private long next;

    /** Tickets of an earlier process are nobody's from now on. */
    Tickets(ByteBuffer office, ByteBuffer memory, FlowUses uses, int most) {
        this.office = office;
        this.memory = memory;
        this.uses = uses;
        this.most = most;
        issued = (long) Shared.LONG.getVolatile(office, ISSUED_AT);
        next = issued;
        Shared.LONG.setVolatile(office, 0, issued);
    }

    int wanted() {
        return (int) (most - (issued - next));
    }

    void give(int slot, int generation) {
        int at = at(issued);
        memory.putInt(at, slot).putInt(at + GENERATION_AT, generation);
        Shared.LONG.setRelease(office, ISSUED_AT, ++issued);
    }

    /** Goes on to the ticket that is next. @return whether it has come back */
    boolean advance() {
        if (next == issued || (long) Shared.LONG.getVolatile(memory, at(next) + DONE_AT) != next + 1) {
            return false;
        }
        next++;
        return true;
    }

    private static int at(long number) {
        return (int) (number % TICKETS) * BYTES;
    }

    /** Of the one that {@link #advance} went on to, as all that follows. */
    private int here() {
        return at(next - 1);
    }

    int slot() {
        return memory.getInt(here());
    }

    boolean hasPartner() {
        return isUsed() && memory.get(here() + PARTNER_AT) != 0;
    }

    private boolean isUsed() {
        return memory.get(here() + USED_AT) != 0;
    }

    /** Below 0: not known. */
    int target() {
        return memory.getInt(here() + TARGET_AT);
    }

    FastPath.@Nullable Left flow() {
        if (!isUsed()) {
            return null;
        }
        int at = here();
        FastPath.Use use = new FastPath.Use();
        uses.read(slot(), use);
        return new FastPath.Left(
                memory.get(at + PROTOCOL_AT),
                network(at + OWN_AT),
                network(at + OWN_AT + 8),
                port(at + OWN_PORT_AT),
                network(at + DIALLED_AT),
                network(at + DIALLED_AT + 8),
                port(at + REMOTE_PORT_AT),
                network(at + REMOTE_AT),
                network(at + REMOTE_AT + 8),
                port(at + OWN_PORT_AT),
                memory.get(at + OPENED_HERE_AT) != 0,
                use);
    }

    private long network(int at) {
        return Long.reverseBytes(memory.getLong(at));
    }

    private int port(int at) {
        return Short.toUnsignedInt(Short.reverseBytes(memory.getShort(at)));
    }
}
