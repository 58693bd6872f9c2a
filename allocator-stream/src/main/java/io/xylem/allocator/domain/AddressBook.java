package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.ADDRESS_OUT_OF_RANGE;
import static io.xylem.allocator.domain.Rejection.Code.ADDRESS_TAKEN;

import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives out and takes back the slots of a realm's pools, as facts of a draft. The order is part of the contract: fresh
 * slots ascending, then rested ones, longest rested first. No question costs more in a full pool than in an empty one.
 */
final class AddressBook {
    /** Rested slots that one allocation clears away, where they are not kept for reuse: more than it can add. */
    private static final int FORGET_AT_ONCE = 2;

    private final Draft draft;
    private final long atMs;
    private final long offset;
    private int sequence;

    AddressBook(Draft draft, long atMs, long offset) {
        this.draft = draft;
        this.atMs = atMs;
        this.offset = offset;
    }

    /** The next slot by the order of hand-out; refused with {@code code} when none is free. */
    Slot allocate(String pool, Owner owner, Rejection.Code code, Supplier<String> asked) {
        Slot slot = nextFresh(draft, pool, Applier.pool(draft, pool));
        if (slot == null) {
            slot = longestRested(pool);
        }
        if (slot == null) {
            throw new Refused(code, exhausted(pool, asked.get()));
        }
        draft.add(new Fact.AddressAllocated(pool, slot, owner));
        if (draft.plan().pool(pool).limitless()) {
            forgetRested(pool);
        }
        return slot;
    }

    /** A slot that was asked for by its address. */
    void allocateRequested(String pool, Slot slot, Owner owner, String asked) {
        PoolDefinition definition = draft.plan().pool(pool);
        String address = definition.show().apply(slot);
        if (!definition.contains(slot)) {
            throw new Refused(
                    ADDRESS_OUT_OF_RANGE,
                    asked + " asks for " + address + ", which is outside of the pool of " + definition.what()
                            + "; allowed: " + definition.describe());
        }
        State.Holding holding = draft.table(Tables.HOLDINGS).get(Tables.holding(pool, slot));
        if (holding != null) {
            State.Rest rest = holding.rest();
            if (rest == null) {
                throw new Refused(
                        ADDRESS_TAKEN,
                        asked + " asks for " + address + ", which " + holding.owner()
                                + " holds; ask for another one or leave the choice to the allocator");
            }
            long freeAtMs = draft.plan().freeAtMs(rest.sinceMs(), rest.confirmed());
            if (atMs < freeAtMs && !holding.owner().equals(owner)) {
                throw new Refused(
                        ADDRESS_TAKEN,
                        asked + " asks for " + address + ", which " + holding.owner()
                                + " has left and which rests until " + Instant.ofEpochMilli(freeAtMs)
                                + "; until then only its last owner may have it");
            }
        }
        draft.add(new Fact.AddressAllocated(pool, slot, owner));
    }

    /** Sends the slot to quarantine. */
    void release(String pool, Slot slot) {
        draft.add(new Fact.AddressReleased(pool, slot, new State.Rest(atMs, offset, sequence++, false)));
    }

    /** The lowest slot that nobody ever had. Runs of requested slots are skipped in one step each. */
    static @Nullable Slot nextFresh(RealmView view, String name, Pool pool) {
        PoolDefinition definition = view.plan().pool(name);
        Slot next = definition.after(pool.lastFresh());
        while (next != null && pool.runs() > 0) {
            State.Span run = view.table(Tables.SPANS).get(Tables.inPool(name) + next);
            if (run == null) {
                return next;
            }
            next = definition.after(run.last());
        }
        return next;
    }

    private @Nullable Slot longestRested(String pool) {
        // Looking into a queue costs far more than this, and most of the time nothing rests.
        if (Applier.pool(draft, pool).resting() == 0) {
            return null;
        }
        String found = null;
        Slot slot = null;
        for (boolean confirmed : new boolean[] {true, false}) {
            Map.Entry<String, State.Resting> head = head(pool, confirmed);
            if (head == null || freeAtMs(head, confirmed) > atMs) {
                continue;
            }
            String order = head.getKey().substring(Tables.queue(pool, confirmed).length());
            if (found == null || order.compareTo(found) < 0) {
                found = order;
                slot = head.getValue().slot();
            }
        }
        return slot;
    }

    private void forgetRested(String pool) {
        for (int i = 0; i < FORGET_AT_ONCE; i++) {
            Slot slot = longestRested(pool);
            if (slot == null) {
                return;
            }
            draft.add(new Fact.AddressForgotten(pool, slot));
        }
    }

    private Map.@Nullable Entry<String, State.Resting> head(String pool, boolean confirmed) {
        return draft.table(Tables.RESTING).first(Tables.queue(pool, confirmed));
    }

    private long freeAtMs(Map.Entry<String, State.Resting> head, boolean confirmed) {
        return draft.plan().freeAtMs(head.getValue().sinceMs(), confirmed);
    }

    private String exhausted(String name, String asked) {
        PoolDefinition definition = draft.plan().pool(name);
        Pool pool = Applier.pool(draft, name);
        long freeAtMs = Long.MAX_VALUE;
        for (boolean confirmed : new boolean[] {true, false}) {
            Map.Entry<String, State.Resting> head = head(name, confirmed);
            if (head != null) {
                freeAtMs = Math.min(freeAtMs, freeAtMs(head, confirmed));
            }
        }
        String rest = pool.resting() == 0
                ? "none rests"
                : pool.resting() + " rest, the first until " + Instant.ofEpochMilli(freeAtMs);
        return asked + " finds no free address among the " + definition.what() + " (" + definition.describe() + "): "
                + pool.held() + " are held, " + rest;
    }
}
