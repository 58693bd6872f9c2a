package io.xylem.allocator.domain;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A set of numbers kept as its runs: constant cost a question or change, whatever the size of a run. */
final class Spans {
    private Spans() {}

    /** The last slot of the run that {@code slot} is in. */
    static @Nullable Slot endOfRun(RealmView view, String prefix, Slot slot) {
        Map.Entry<String, State.Span> run = view.table(Tables.SPANS).below(prefix, prefix + slot.next());
        return run != null && slot.compareTo(run.getValue().last()) <= 0
                ? run.getValue().last()
                : null;
    }

    /**
     * Adds a slot, and joins the runs that it fills the gap between. One that is in a run already changes nothing.
     *
     * @return how many runs there are more
     */
    static int add(RealmStore store, String prefix, Slot slot) {
        if (endOfRun(store, prefix, slot) != null) {
            return 0;
        }
        WriteTable<State.Span> spans = store.table(Tables.SPANS);
        Map.Entry<String, State.Span> before = spans.below(prefix, prefix + slot);
        boolean joinsBefore = before != null && before.getValue().last().next().equals(slot);
        String first = joinsBefore && before != null ? before.getKey() : prefix + slot;
        State.Span after = spans.get(prefix + slot.next());
        if (after != null) {
            spans.remove(prefix + slot.next());
        }
        spans.put(first, after != null ? after : new State.Span(slot));
        return 1 - (joinsBefore ? 1 : 0) - (after != null ? 1 : 0);
    }
}
