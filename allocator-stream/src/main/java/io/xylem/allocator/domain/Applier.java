package io.xylem.allocator.domain;

import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The only writer of a realm's state. Decides nothing: a fact that does not fit the state is a fault and throws. */
public final class Applier {
    /** More than any list that is read to its end can have: the hosts of one worker's subnet, the runs of one service. */
    private static final int ALL = Integer.MAX_VALUE / 2;

    private Applier() {}

    public static void apply(RealmStore store, Fact fact) {
        switch (fact) {
            case Fact.WorkerAdmitted(var worker) -> put(store, worker);
            case Fact.WorkerUpdated(var worker) -> put(store, worker);
            case Fact.WorkerDismissed(var worker) -> {
                String pool = AddressPlan.namespacePool(worker);
                hash(store, there(store.table(Tables.WORKERS), worker), null, StateHash::entry);
                store.table(Tables.WORKERS).remove(worker);
                store.table(Tables.POOLS).remove(pool);
                removeAll(store.table(Tables.HOLDINGS), Tables.inPool(pool));
                removeAll(store.table(Tables.RESTING), Tables.inPool(pool));
            }
            case Fact.ServiceCreated(var service) -> {
                hash(store, null, service, StateHash::entry);
                store.table(Tables.SERVICES).put(service.name().toString(), service);
            }
            case Fact.ServiceDeleted(var service) -> {
                hash(store, there(store.table(Tables.SERVICES), service.toString()), null, StateHash::entry);
                store.table(Tables.SERVICES).remove(service.toString());
                removeAll(store.table(Tables.SPANS), Tables.numbersOf(service));
            }
            case Fact.InstancePlaced(var instance) -> put(store, instance);
            case Fact.InstanceUpdated(var instance) -> put(store, instance);
            case Fact.InstanceDeleted(var instance) -> {
                hash(store, there(store.table(Tables.INSTANCES), Tables.instance(instance)), null, StateHash::entry);
                store.table(Tables.INSTANCES).remove(Tables.instance(instance));
                String service = instance.service().toString();
                State.Service before = there(store.table(Tables.SERVICES), service);
                store.table(Tables.SERVICES).put(service, before.withSpent(instance.number()));
                Spans.add(store, Tables.numbersOf(instance.service()), Slot.of(instance.number()));
            }
            case Fact.AddressAllocated allocated -> allocate(store, allocated);
            case Fact.AddressReleased(var pool, var slot, var rest) -> {
                if (!store.plan().pool(pool).isTraced()) {
                    count(store, pool, -1, 0);
                    // There, if the pool was smaller when the slot was given.
                    store.table(Tables.HOLDINGS).remove(Tables.holding(pool, slot));
                    return;
                }
                State.Holding holding = holding(store, pool, slot);
                count(store, pool, -1, +1);
                store.table(Tables.HOLDINGS).put(Tables.holding(pool, slot), new State.Holding(holding.owner(), rest));
                store.table(Tables.RESTING).put(Tables.resting(pool, rest), new State.Resting(slot, rest.sinceMs()));
            }
            case Fact.RestShortened(var pool, var slot) -> {
                State.Holding holding = holding(store, pool, slot);
                State.Rest rest = resting(holding, pool, slot);
                State.Rest confirmed = rest.asConfirmed();
                store.table(Tables.HOLDINGS)
                        .put(Tables.holding(pool, slot), new State.Holding(holding.owner(), confirmed));
                store.table(Tables.RESTING).remove(Tables.resting(pool, rest));
                store.table(Tables.RESTING)
                        .put(Tables.resting(pool, confirmed), new State.Resting(slot, rest.sinceMs()));
            }
            case Fact.AddressForgotten(var pool, var slot) -> {
                State.Rest rest = resting(holding(store, pool, slot), pool, slot);
                count(store, pool, 0, -1);
                store.table(Tables.HOLDINGS).remove(Tables.holding(pool, slot));
                store.table(Tables.RESTING).remove(Tables.resting(pool, rest));
            }
            case Fact.WithdrawalStarted(var withdrawal) ->
                store.table(Tables.WITHDRAWALS)
                        .put(Tables.withdrawal(withdrawal.version(), withdrawal.instance()), withdrawal);
            case Fact.WithdrawalEnded(var instance, var version) ->
                store.table(Tables.WITHDRAWALS).remove(Tables.withdrawal(version, instance));
            case Fact.EventRemembered(var atMs, var outcome) -> {
                store.table(Tables.TALLY).put(Tables.REALM, tally(store).withOneMore());
                store.table(Tables.EVENTS).put(outcome.id(), new State.Remembered(atMs, () -> outcome));
            }
            case Fact.RealmChanged(var configured) ->
                store.table(Tables.SETTINGS).put(Tables.REALM, configured);
            case Fact.EventForgotten(var id) -> store.table(Tables.EVENTS).remove(id);
            case Fact.MemorySwept(var sweep) ->
                store.table(Tables.TALLY).put(Tables.REALM, tally(store).withSweep(sweep));
        }
    }

    private static void put(RealmStore store, State.Worker worker) {
        WriteTable<State.Worker> workers = store.table(Tables.WORKERS);
        hash(store, workers.get(worker.name()), worker, StateHash::entry);
        workers.put(worker.name(), worker);
    }

    private static void put(RealmStore store, State.Instance instance) {
        WriteTable<State.Instance> instances = store.table(Tables.INSTANCES);
        String key = Tables.instance(instance.name());
        hash(store, instances.get(key), instance, StateHash::entry);
        instances.put(key, instance);
    }

    /** Takes what was out of the state's hash, and what is into it. */
    private static <V> void hash(
            RealmStore store, @Nullable V before, @Nullable V after, BiFunction<String, V, String> entry) {
        State.Tally tally = tally(store);
        StateHash hash = tally.hash();
        if (before != null) {
            hash = hash.minus(entry.apply(store.realm(), before));
        }
        if (after != null) {
            hash = hash.plus(entry.apply(store.realm(), after));
        }
        store.table(Tables.TALLY).put(Tables.REALM, tally.withHash(hash));
    }

    static State.Tally tally(RealmView view) {
        State.Tally tally = view.table(Tables.TALLY).get(Tables.REALM);
        return tally == null ? State.Tally.NONE : tally;
    }

    private static <V> V there(ReadTable<V> table, String key) {
        V value = table.get(key);
        if (value == null) {
            throw new IllegalStateException("nothing has the key " + key);
        }
        return value;
    }

    private static void allocate(RealmStore store, Fact.AddressAllocated fact) {
        String pool = fact.pool();
        Slot slot = fact.slot();
        Pool before = pool(store, pool);
        PoolDefinition definition = store.plan().pool(pool);
        long resting = before.resting();
        long runs = before.runs();
        Slot lastFresh = before.lastFresh();
        if (slot.equals(AddressBook.nextFresh(store, pool, before))) {
            runs -= skipTo(store, pool, before, slot);
            lastFresh = slot;
        } else {
            State.Holding holding = store.table(Tables.HOLDINGS).get(Tables.holding(pool, slot));
            if (holding != null) {
                store.table(Tables.RESTING).remove(Tables.resting(pool, resting(holding, pool, slot)));
                resting--;
            } else if (definition.isAhead(slot, lastFresh)) {
                runs += Spans.add(store, Tables.inPool(pool), slot);
            }
        }
        store.table(Tables.POOLS).put(pool, new Pool(lastFresh, before.held() + 1, resting, runs));
        if (definition.isTraced()) {
            store.table(Tables.HOLDINGS).put(Tables.holding(pool, slot), new State.Holding(fact.owner(), null));
        }
    }

    /**
     * Forgets the runs of requested slots between the last fresh slot and {@code slot}: they are behind now.
     *
     * @return how many
     */
    private static int skipTo(RealmStore store, String pool, Pool before, Slot slot) {
        PoolDefinition definition = store.plan().pool(pool);
        Slot next = definition.after(before.lastFresh());
        int skipped = 0;
        while (next != null && !next.equals(slot)) {
            Slot end = Spans.endOfRun(store, Tables.inPool(pool), next);
            if (end == null) {
                throw new IllegalStateException("pool " + pool + " has no run at " + next);
            }
            store.table(Tables.SPANS).remove(Tables.inPool(pool) + next);
            skipped++;
            next = definition.after(end);
        }
        return skipped;
    }

    static Pool pool(RealmView view, String pool) {
        Pool found = view.table(Tables.POOLS).get(pool);
        return found == null ? Pool.UNUSED : found;
    }

    private static void count(RealmStore store, String name, int held, int resting) {
        store.table(Tables.POOLS).put(name, pool(store, name).counting(held, resting));
    }

    private static State.Holding holding(RealmView view, String pool, Slot slot) {
        State.Holding holding = view.table(Tables.HOLDINGS).get(Tables.holding(pool, slot));
        if (holding == null) {
            throw new IllegalStateException("nobody ever held " + slot + " of pool " + pool);
        }
        return holding;
    }

    private static State.Rest resting(State.Holding holding, String pool, Slot slot) {
        State.Rest rest = holding.rest();
        if (rest == null) {
            throw new IllegalStateException(slot + " of pool " + pool + " is held by " + holding.owner());
        }
        return rest;
    }

    private static <V> void removeAll(WriteTable<V> table, String prefix) {
        for (Map.Entry<String, V> entry : table.list(prefix, ALL)) {
            table.remove(entry.getKey());
        }
    }
}
