package io.xylem.audit;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of one kind in their order of hand-out: fresh ones ascending, then rested ones, longest rested first. An
 * address is in at most one place: ahead of the cursor, held, resting, or (rested, where the pool can't run out) forgotten.
 */
final class Pool<A extends Comparable<A>> {
    record Range<A>(A first, A last) {}

    /** When an address that was released at {@code sinceMs} has rested, by what is set now. */
    interface Rests {
        long freeAtMs(long sinceMs, boolean confirmed);
    }

    /** One address with its owner; once released, with its place in the order of releases. */
    static final class Cell<A> {
        final A address;
        final String owner;
        boolean resting;
        boolean confirmed;
        long sinceMs;
        long order;
        long version;

        Cell(A address, String owner) {
            this.address = address;
            this.owner = owner;
        }
    }

    /** Rested addresses that one hand-out forgets, where they are not kept for reuse. */
    private static final int FORGET_AT_ONCE = 2;

    private final UnaryOperator<A> successor;
    private final Rests rests;
    private List<Range<A>> ranges = List.of();
    private boolean limitless;
    private final Map<A, Cell<A>> cells = new HashMap<>();
    /** Requested before the cursor came by: it passes them over. */
    private final Set<A> requested = new HashSet<>();

    private final NavigableMap<Long, Cell<A>> unconfirmed = new TreeMap<>();
    private final NavigableMap<Long, Cell<A>> confirmed = new TreeMap<>();
    private int range;
    /** The next to hand out in {@code range}; null: the range is used up. */
    private @Nullable A next;

    private int held;
    private boolean used;

    /** Of nothing yet. */
    Pool(UnaryOperator<A> successor, Rests rests) {
        this.successor = successor;
        this.rests = rests;
    }

    /**
     * What it consists of from now on, in the order of hand-out: anything while it is unused, afterwards what it had and
     * further ranges behind.
     *
     * @param isLimitless it can't run out, so what has rested need not be kept
     */
    void cover(List<Range<A>> all, boolean isLimitless) {
        if (!used) {
            range = 0;
            next = all.getFirst().first();
        } else if (all.size() < ranges.size() || !all.subList(0, ranges.size()).equals(ranges)) {
            throw new IllegalStateException("a pool in use was " + ranges + " and can't become " + all);
        }
        ranges = List.copyOf(all);
        limitless = isLimitless;
    }

    /** Whether it ever gave anything out. */
    boolean isUsed() {
        return used;
    }

    int held() {
        return held;
    }

    boolean contains(A address) {
        return rangeOf(address) >= 0;
    }

    /** What {@link #take} will give; null: none is free. */
    @Nullable
    A peek(long atMs) {
        A fresh = fresh();
        if (fresh != null) {
            return fresh;
        }
        Cell<A> rested = longestRested(atMs);
        return rested == null ? null : rested.address;
    }

    /** Takes an address that {@link #peek} gave or that has no {@link #refusal}; the answer undoes it, latest first. */
    Runnable take(A address, String owner) {
        Cell<A> before = cells.get(address);
        Cell<A> cell = new Cell<>(address, owner);
        boolean wasFresh = false;
        if (before != null) {
            queue(before).remove(before.order);
        } else if (address.equals(fresh())) {
            wasFresh = true;
            advance();
        } else if (isAhead(address)) {
            wasFresh = requested.add(address);
        }
        cells.put(address, cell);
        held++;
        boolean becomesFresh = wasFresh;
        boolean wasUsed = used;
        used = true;
        return () -> {
            used = wasUsed;
            giveBack(cell, before, becomesFresh);
        };
    }

    /** Part of a hand-out in the pool's own order, after it; the answer undoes it. */
    Runnable forgetRested(long atMs) {
        List<Cell<A>> forgotten = new ArrayList<>(0);
        while (limitless && forgotten.size() < FORGET_AT_ONCE) {
            Cell<A> cell = longestRested(atMs);
            if (cell == null) {
                break;
            }
            queue(cell).remove(cell.order);
            cells.remove(cell.address);
            forgotten.add(cell);
        }
        return () -> forgotten.forEach(cell -> {
            cells.put(cell.address, cell);
            queue(cell).put(cell.order, cell);
        });
    }

    private void giveBack(Cell<A> cell, @Nullable Cell<A> before, boolean becomesFresh) {
        held--;
        if (before != null) {
            cells.put(cell.address, before);
            queue(before).put(before.order, before);
            return;
        }
        cells.remove(cell.address);
        if (becomesFresh) {
            requested.remove(cell.address);
            if (!isAhead(cell.address)) {
                range = rangeOf(cell.address);
                next = cell.address;
            }
        }
    }

    /** In the order of release. */
    List<Cell<A>> resting() {
        NavigableMap<Long, Cell<A>> all = new TreeMap<>(unconfirmed);
        all.putAll(confirmed);
        return List.copyOf(all.values());
    }

    /** Why {@code owner} can't have this address now; null if it can. */
    @Nullable
    String refusal(A address, String owner, long atMs) {
        if (!contains(address)) {
            return "ADDRESS_OUT_OF_RANGE";
        }
        Cell<A> cell = cells.get(address);
        if (cell == null || (cell.resting && (hasRested(cell, atMs) || cell.owner.equals(owner)))) {
            return null;
        }
        return "ADDRESS_TAKEN";
    }

    /**
     * @param order the realm's counter of releases
     * @param version offset of the event that releases it
     */
    void release(A address, long atMs, long order, long version) {
        Cell<A> cell = cells.get(address);
        if (cell == null || cell.resting) {
            throw new IllegalStateException(address + " is released and nobody holds it");
        }
        held--;
        cell.resting = true;
        cell.sinceMs = atMs;
        cell.order = order;
        cell.version = version;
        unconfirmed.put(order, cell);
    }

    /** The withdrawal by the event {@code version} is confirmed; who does not rest from it any more is left alone. */
    void confirm(A address, long version) {
        Cell<A> cell = cells.get(address);
        if (cell != null && cell.resting && cell.version == version && !cell.confirmed) {
            unconfirmed.remove(cell.order);
            cell.confirmed = true;
            confirmed.put(cell.order, cell);
        }
    }

    private NavigableMap<Long, Cell<A>> queue(Cell<A> cell) {
        return cell.confirmed ? confirmed : unconfirmed;
    }

    private boolean hasRested(Cell<A> cell, long atMs) {
        return atMs >= rests.freeAtMs(cell.sinceMs, cell.confirmed);
    }

    private @Nullable Cell<A> longestRested(long atMs) {
        Cell<A> one = head(unconfirmed, atMs);
        Cell<A> other = head(confirmed, atMs);
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.order < other.order ? one : other;
    }

    private @Nullable Cell<A> head(NavigableMap<Long, Cell<A>> queue, long atMs) {
        Map.Entry<Long, Cell<A>> head = queue.firstEntry();
        return head != null && hasRested(head.getValue(), atMs) ? head.getValue() : null;
    }

    private @Nullable A fresh() {
        while (true) {
            A candidate = next;
            if (candidate == null) {
                if (range + 1 == ranges.size()) {
                    return null;
                }
                range++;
                next = ranges.get(range).first();
            } else if (requested.contains(candidate)) {
                advance();
            } else {
                return candidate;
            }
        }
    }

    private void advance() {
        A at = next;
        if (at != null) {
            next = at.equals(ranges.get(range).last()) ? null : successor.apply(at);
        }
    }

    private boolean isAhead(A address) {
        int where = rangeOf(address);
        A at = next;
        return where > range || (where == range && at != null && address.compareTo(at) >= 0);
    }

    private int rangeOf(A address) {
        for (int i = 0; i < ranges.size(); i++) {
            Range<A> one = ranges.get(i);
            if (one.first().compareTo(address) <= 0 && address.compareTo(one.last()) <= 0) {
                return i;
            }
        }
        return -1;
    }

    /** How an address is written in a snapshot. */
    interface Codec<A> {
        void write(A address, DataOutput out) throws IOException;

        A read(DataInput in) throws IOException;
    }

    void save(DataOutput out, Codec<A> codec) throws IOException {
        out.writeBoolean(used);
        out.writeInt(range);
        out.writeBoolean(next != null);
        if (next != null) {
            codec.write(next, out);
        }
        out.writeInt(requested.size());
        for (A address : requested) {
            codec.write(address, out);
        }
        out.writeInt(cells.size());
        for (Cell<A> cell : cells.values()) {
            codec.write(cell.address, out);
            out.writeUTF(cell.owner);
            out.writeBoolean(cell.resting);
            if (cell.resting) {
                out.writeBoolean(cell.confirmed);
                out.writeLong(cell.sinceMs);
                out.writeLong(cell.order);
                out.writeLong(cell.version);
            }
        }
    }

    /** Into an unused pool of the same ranges. */
    void load(DataInput in, Codec<A> codec) throws IOException {
        used = in.readBoolean();
        range = in.readInt();
        next = in.readBoolean() ? codec.read(in) : null;
        for (int left = in.readInt(); left > 0; left--) {
            requested.add(codec.read(in));
        }
        for (int left = in.readInt(); left > 0; left--) {
            Cell<A> cell = new Cell<>(codec.read(in), in.readUTF());
            cells.put(cell.address, cell);
            cell.resting = in.readBoolean();
            if (cell.resting) {
                cell.confirmed = in.readBoolean();
                cell.sinceMs = in.readLong();
                cell.order = in.readLong();
                cell.version = in.readLong();
                queue(cell).put(cell.order, cell);
            } else {
                held++;
            }
        }
    }
}
