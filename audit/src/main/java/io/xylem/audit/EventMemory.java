package io.xylem.audit;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answers of the last day, by the ids of the events. */
final class EventMemory {
    record Remembered(String id, long atMs, Answer answer) {}

    private final Map<String, Remembered> byId = new HashMap<>();
    private final ArrayDeque<Remembered> inOrder = new ArrayDeque<>();

    @Nullable
    Answer recall(String id, long atMs, Plan plan) {
        for (Remembered first = inOrder.peek();
                first != null && plan.isForgotten(first.atMs(), atMs);
                first = inOrder.peek()) {
            inOrder.remove();
            byId.remove(first.id(), first);
        }
        Remembered remembered = byId.get(id);
        return remembered == null || plan.isForgotten(remembered.atMs(), atMs) ? null : remembered.answer();
    }

    void remember(String id, long atMs, Answer answer) {
        Remembered remembered = new Remembered(id, atMs, answer);
        byId.put(id, remembered);
        inOrder.add(remembered);
    }

    /** From the oldest on. */
    Iterable<Remembered> all() {
        return inOrder;
    }
}
