package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.ServiceIp;
import java.util.HashMap;
import java.util.Map;

/** What is true of a realm's state after every event, whatever came before. */
final class Invariants {
    private static final int ALL = 100_000;

    private Invariants() {}

    static void check(RealmView view) {
        Map<String, Owner> expected = owners(view);
        Map<String, long[]> untraced = new HashMap<>();
        expected.entrySet().removeIf(entry -> {
            String pool = entry.getKey().substring(0, entry.getKey().indexOf('|'));
            // Noted all the same, if the pool could run out when the slot was given.
            boolean isNoted = view.plan().pool(pool).isTraced()
                    || view.table(Tables.HOLDINGS).get(entry.getKey()) != null;
            if (!isNoted) {
                untraced.computeIfAbsent(pool, name -> new long[2])[0]++;
            }
            return !isNoted;
        });
        Map<String, Owner> held = new HashMap<>();
        Map<String, long[]> counts = new HashMap<>(untraced);
        Map<String, Slot> resting = new HashMap<>();
        for (Map.Entry<String, State.Holding> entry :
                view.table(Tables.HOLDINGS).list("", ALL)) {
            String pool = entry.getKey().substring(0, entry.getKey().indexOf('|'));
            Slot slot = Slot.parse(entry.getKey().substring(pool.length() + 1));
            State.Rest rest = entry.getValue().rest();
            long[] count = counts.computeIfAbsent(pool, name -> new long[2]);
            if (rest == null) {
                held.put(entry.getKey(), entry.getValue().owner());
                count[0]++;
            } else {
                resting.put(Tables.resting(pool, rest), slot);
                count[1]++;
            }
        }
        assertThat(held)
                .as("an address is held by the one that has it, and by nobody else")
                .isEqualTo(expected);

        Map<String, Slot> queued = new HashMap<>();
        view.table(Tables.RESTING)
                .list("", ALL)
                .forEach(entry -> queued.put(entry.getKey(), entry.getValue().slot()));
        assertThat(queued).as("what rests stands in a queue").isEqualTo(resting);

        for (Map.Entry<String, Pool> entry : view.table(Tables.POOLS).list("", ALL)) {
            String inPool = Tables.inPool(entry.getKey());
            assertThat(view.table(Tables.SPANS).list(inPool, ALL))
                    .as("runs of requested slots lie ahead")
                    .allMatch(run -> view.plan()
                            .pool(entry.getKey())
                            .isAhead(
                                    Slot.parse(run.getKey().substring(inPool.length())),
                                    entry.getValue().lastFresh()));
            assertThat(view.table(Tables.SPANS).list(inPool, ALL))
                    .as("runs of pool " + entry.getKey())
                    .hasSize((int) entry.getValue().runs());
            long[] count = counts.getOrDefault(entry.getKey(), new long[2]);
            assertThat(new long[] {entry.getValue().held(), entry.getValue().resting()})
                    .as("counts of pool " + entry.getKey())
                    .isEqualTo(count);
        }
        assertThat(view.table(Tables.POOLS).list("", ALL))
                .extracting(Map.Entry::getKey)
                .containsAll(counts.keySet());
    }

    private static Map<String, Owner> owners(RealmView view) {
        Map<String, Owner> owners = new HashMap<>();
        for (Map.Entry<String, State.Worker> entry : view.table(Tables.WORKERS).list("", ALL)) {
            State.Worker worker = entry.getValue();
            put(owners, AddressPlan.SUBNETS, view.plan().index(worker.subnet()), Owner.worker(worker.name()));
        }
        for (Map.Entry<String, State.Service> entry :
                view.table(Tables.SERVICES).list("", ALL)) {
            for (ServiceIp ip : entry.getValue().ips()) {
                Owner owner = Owner.serviceIp(entry.getValue().name(), ip.ipType());
                put(owners, AddressPlan.V4, Slot.of(ip.address().v4()), owner);
                put(
                        owners,
                        AddressPlan.servicePool(ip.ipType()),
                        Slot.of(ip.address().v6()),
                        owner);
            }
        }
        for (Map.Entry<String, State.Instance> entry :
                view.table(Tables.INSTANCES).list("", ALL)) {
            State.Instance instance = entry.getValue();
            Owner owner = Owner.instance(instance.name());
            put(owners, AddressPlan.V4, Slot.of(instance.instanceIp().v4()), owner);
            put(owners, AddressPlan.V6_INSTANCE, Slot.of(instance.instanceIp().v6()), owner);
            State.Worker worker = view.table(Tables.WORKERS).get(instance.worker());
            assertThat(worker).as("the worker of " + instance).isNotNull();
            if (worker != null) {
                put(
                        owners,
                        AddressPlan.namespacePool(worker.name()),
                        AddressPlan.host(worker.subnet(), instance.namespaceIp()),
                        owner);
            }
        }
        return owners;
    }

    private static void put(Map<String, Owner> owners, String pool, Slot slot, Owner owner) {
        assertThat(owners.put(Tables.holding(pool, slot), owner))
                .as(pool + " " + slot + " has two owners")
                .isNull();
    }
}
