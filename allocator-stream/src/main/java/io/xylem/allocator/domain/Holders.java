package io.xylem.allocator.domain;

import io.xylem.model.ServiceIp;
import java.util.ArrayList;
import java.util.List;

/** Which slots a worker, a service or an instance holds, read off its own addresses: no store need keep it beside them. */
public final class Holders {
    /** More than any realm has of anything. */
    private static final int ALL = Integer.MAX_VALUE / 2;

    private Holders() {}

    /** Enters all that is held in {@link Tables#HOLDINGS}; what rests is left as it stands there. */
    public static void enter(RealmStore store) {
        store.table(Tables.WORKERS).list("", ALL).forEach(entry -> {
            State.Worker worker = entry.getValue();
            enter(store, Owner.worker(worker.name()), List.of(place(worker, store.plan())));
        });
        store.table(Tables.SERVICES).list("", ALL).forEach(entry -> {
            State.Service service = entry.getValue();
            for (ServiceIp ip : service.ips()) {
                enter(store, Owner.serviceIp(service.name(), ip.ipType()), places(ip));
            }
        });
        store.table(Tables.INSTANCES).list("", ALL).forEach(entry -> {
            State.Instance instance = entry.getValue();
            State.Worker worker = store.table(Tables.WORKERS).get(instance.worker());
            if (worker == null) {
                throw new IllegalStateException(instance + " is on a worker that is not there");
            }
            enter(store, Owner.instance(instance.name()), places(instance, worker));
        });
    }

    static State.Place place(State.Worker worker, AddressPlan plan) {
        return new State.Place(AddressPlan.SUBNETS, plan.index(worker.subnet()));
    }

    static List<State.Place> places(ServiceIp ip) {
        return List.of(
                new State.Place(AddressPlan.V4, Slot.of(ip.address().v4())),
                new State.Place(
                        AddressPlan.servicePool(ip.ipType()),
                        Slot.of(ip.address().v6())));
    }

    /** @param worker that hosts it */
    static List<State.Place> places(State.Instance instance, State.Worker worker) {
        List<State.Place> places = new ArrayList<>();
        places.add(new State.Place(AddressPlan.V4, Slot.of(instance.instanceIp().v4())));
        places.add(new State.Place(
                AddressPlan.V6_INSTANCE, Slot.of(instance.instanceIp().v6())));
        places.add(namespacePlace(instance, worker));
        return places;
    }

    static State.Place namespacePlace(State.Instance instance, State.Worker worker) {
        return new State.Place(
                AddressPlan.namespacePool(worker.name()), AddressPlan.host(worker.subnet(), instance.namespaceIp()));
    }

    private static void enter(RealmStore store, Owner owner, List<State.Place> places) {
        AddressPlan plan = store.plan();
        for (State.Place place : places) {
            // The pool of a policy whose jar is gone is not there: nobody can ask for an address of it.
            if (plan.hasPool(place.pool()) && plan.pool(place.pool()).isTraced()) {
                store.table(Tables.HOLDINGS)
                        .put(Tables.holding(place.pool(), place.slot()), new State.Holding(owner, null));
            }
        }
    }
}
