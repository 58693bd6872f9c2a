package io.xylem.proxy.ebpf;

import io.xylem.proxy.domain.Doors;
import io.xylem.proxy.domain.Target;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A {@code struct desk} of maps.h. Whoever raises {@code taken} from n to n + 1 has choice n: a program, on any processor,
 * or this thread.
 *
 * <pre>
 *  taken 0 | issued 8 | choice n at 16 + 4 · (n mod 512)
 * </pre>
 */
final class KernelDesk implements Doors.Desk {
    static final int CHOICES = 512;
    static final int BYTES = 16 + 4 * CHOICES;
    private static final int ISSUED_AT = 8;
    private static final int CHOICES_AT = 16;

    private final ByteBuffer memory;
    private final int at;
    final int index;
    private final ToIntFunction<Target> indexOf;
    private final @Nullable Target[] targets = new Target[CHOICES];
    private long issued;
    private long told;

    /** @param indexOf of a target among those that the programs know; below 0 when Java has to carry out the choice */
    KernelDesk(ByteBuffer memory, int index, ToIntFunction<Target> indexOf) {
        this.memory = memory;
        this.index = index;
        this.indexOf = indexOf;
        at = index * BYTES;
        issued = (long) Shared.LONG.getVolatile(memory, at + ISSUED_AT);
        told = issued;
        Shared.LONG.setVolatile(memory, at, issued); // an earlier one's choices are nobody's
    }

    private long taken() {
        return (long) Shared.LONG.getVolatile(memory, at);
    }

    @Override
    public int room() {
        return (int) (CHOICES - (issued - told));
    }

    @Override
    public int left() {
        return (int) (issued - taken());
    }

    @Override
    public void add(Target chosen) {
        int place = (int) (issued % CHOICES);
        targets[place] = chosen;
        memory.putInt(at + CHOICES_AT + 4 * place, indexOf.applyAsInt(chosen));
        Shared.LONG.setRelease(memory, at + ISSUED_AT, ++issued);
    }

    @Override
    public @Nullable Target take() {
        for (long next = taken(); next < issued; next = taken()) {
            if (Shared.LONG.compareAndSet(memory, at, next, next + 1)) {
                return targets[(int) (next % CHOICES)];
            }
        }
        return null;
    }

    @Override
    public @Nullable Target peek() {
        long next = taken();
        return next < issued ? targets[(int) (next % CHOICES)] : null;
    }

    @Override
    public void forEachTaken(Consumer<Target> action) {
        for (long taken = taken(); told < taken; ) {
            Target target = targets[(int) (told++ % CHOICES)];
            if (target != null) {
                action.accept(target);
            }
        }
    }
}
