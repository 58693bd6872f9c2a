package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.MALFORMED_EVENT;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One event from the log to its outcome: remember → decide → apply. An id that is still remembered gets the same
 * outcome again and changes nothing.
 */
public final class Allocator {
    /** Longest event id; a UUID has 36. */
    static final int ID_MAX_CHARS = 200;

    /** Spreads offsets evenly (2^64 / golden ratio), whatever the rhythm in which realms share a partition. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    /** Twice the ids that come in between: so at most as many are kept too long as are remembered. */
    private static final int SWEEP_AT_ONCE = 128;

    /** More than the withdrawals that come in between, so that no backlog lasts. */
    private static final int FORGET_AT_ONCE = 256;

    private Allocator() {}

    /**
     * @param facts applied already, in this order; of a repeated event none
     * @param tally of the realm with this event; null if the event was not counted, being repeated or without a proper id
     */
    public record Handled(Outcome outcome, List<Fact> facts, State.@Nullable Tally tally) {
        public Handled {
            facts = List.copyOf(facts);
        }
    }

    /** @param id unique among the realm's events of the remembered time */
    public static Handled handle(RealmStore store, String id, Event event, long atMs, long offset) {
        if (id.isEmpty() || id.length() > ID_MAX_CHARS) {
            Rejection rejection = new Rejection(
                    MALFORMED_EVENT,
                    "the event's id has " + id.length() + " characters; allowed: 1 to " + ID_MAX_CHARS);
            return new Handled(
                    new Outcome(store.realm(), id, offset, event.type(), new Outcome.Rejected(rejection)),
                    List.of(),
                    null);
        }
        State.Remembered remembered = store.table(Tables.EVENTS).get(id);
        if (remembered != null && !store.plan().isForgotten(remembered.atMs(), atMs)) {
            return new Handled(remembered.outcome(), List.of(), null);
        }
        Draft draft = new Draft(store);
        Outcome.Result result = switch (Decider.decide(draft, event, atMs, offset)) {
            case Decision.Accepted accepted ->
                new Outcome.Accepted(accepted.facts().isEmpty(), accepted.details());
            case Decision.Rejected rejected -> new Outcome.Rejected(rejected.rejection());
        };
        Outcome outcome = new Outcome(store.realm(), id, offset, event.type(), result);
        List<Fact> facts = new ArrayList<>(draft.facts());
        facts.add(new Fact.EventRemembered(atMs, outcome));
        Applier.apply(store, facts.getLast());
        // One event in 64 forgets, for itself and the others: most pay nothing for it.
        if ((offset * SPREAD) >>> 58 == 0) {
            for (Fact fact : forgettable(store, atMs)) {
                Applier.apply(store, fact);
                facts.add(fact);
            }
        }
        return new Handled(outcome, facts, Applier.tally(store));
    }

    /** How many slots of the realm's own pools are held; those of each worker's subnet are not among them. */
    public static Map<String, Long> held(RealmView view) {
        return held(view, view.plan().pools());
    }

    /** As {@link #held(RealmView)}, of the pools that the facts gave out of or took back to. */
    public static Map<String, Long> heldAfter(RealmView view, List<Fact> facts) {
        Set<String> pools = new HashSet<>();
        for (Fact fact : facts) {
            switch (fact) {
                case Fact.AddressAllocated allocated -> pools.add(allocated.pool());
                case Fact.AddressReleased released -> pools.add(released.pool());
                default -> {}
            }
        }
        pools.retainAll(view.plan().pools());
        return held(view, pools);
    }

    private static Map<String, Long> held(RealmView view, Collection<String> pools) {
        Map<String, Long> held = new TreeMap<>();
        for (String pool : pools) {
            held.put(pool, Applier.pool(view, pool).held());
        }
        return held;
    }

    private static List<Fact> forgettable(RealmView view, long atMs) {
        List<Fact> facts = new ArrayList<>();
        AddressPlan plan = view.plan();
        State.Sweep sweep = Applier.tally(view).sweep();
        // A broker's clock may be set back: by one that was far ahead the oldest would not be due for as long.
        if (sweep.to() != null || atMs < sweep.oldestMs() || plan.isForgotten(sweep.oldestMs(), atMs)) {
            sweep(view, sweep, atMs, facts);
        }
        for (Map.Entry<String, State.Withdrawal> entry :
                view.table(Tables.WITHDRAWALS).list("", FORGET_AT_ONCE)) {
            State.Withdrawal withdrawal = entry.getValue();
            if (atMs < plan.freeAtMs(withdrawal.sinceMs(), false)) {
                break;
            }
            facts.add(new Fact.WithdrawalEnded(withdrawal.instance(), withdrawal.version()));
        }
        return facts;
    }

    /** Through the ids in their order: an order by time would cost each event another entry. */
    private static void sweep(RealmView view, State.Sweep before, long atMs, List<Fact> facts) {
        String to = before.to();
        List<Map.Entry<String, State.Remembered>> some =
                view.table(Tables.EVENTS).list("", to == null ? "" : to + '\0', SWEEP_AT_ONCE);
        long oldestMs = to == null ? atMs : before.oldestMs();
        for (Map.Entry<String, State.Remembered> entry : some) {
            long saidMs = entry.getValue().atMs();
            if (view.plan().isForgotten(saidMs, atMs)) {
                facts.add(new Fact.EventForgotten(entry.getKey()));
            } else {
                oldestMs = Math.min(oldestMs, saidMs);
            }
        }
        facts.add(new Fact.MemorySwept(new State.Sweep(
                some.size() < SWEEP_AT_ONCE ? null : some.getLast().getKey(), oldestMs)));
    }
}
