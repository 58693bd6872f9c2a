package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.UNKNOWN_INSTANCE;
import static io.xylem.allocator.domain.Rejection.Code.UNKNOWN_SERVICE;
import static io.xylem.allocator.domain.Rejection.Code.UNKNOWN_WORKER;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds what an event names, or refuses the event and says what there is instead. */
final class Lookup {
    /** How many of a kind a message names. */
    private static final int SHOWN = 5;

    private final RealmView view;

    Lookup(RealmView view) {
        this.view = view;
    }

    State.Worker worker(String name) {
        State.Worker worker = view.table(Tables.WORKERS).get(name);
        if (worker == null) {
            List<Map.Entry<String, State.Worker>> some =
                    view.table(Tables.WORKERS).list("", SHOWN + 1);
            throw new Refused(
                    UNKNOWN_WORKER,
                    "worker '" + name + "' has not joined realm '" + view.realm() + "'; joined workers: "
                            + Applier.pool(view, AddressPlan.SUBNETS).held()
                            + names(some.stream().map(Map.Entry::getKey).toList()));
        }
        return worker;
    }

    State.Service service(ServiceName name) {
        State.Service service = view.table(Tables.SERVICES).get(name.toString());
        if (service == null) {
            List<Map.Entry<String, State.Service>> some =
                    view.table(Tables.SERVICES).list("", SHOWN + 1);
            throw new Refused(
                    UNKNOWN_SERVICE,
                    "service '" + name + "' is not registered in realm '" + view.realm() + "'; registered services: "
                            + (some.isEmpty() ? "none" : "for instance")
                            + names(some.stream().map(Map.Entry::getKey).toList()));
        }
        return service;
    }

    State.Instance instance(InstanceName name) {
        service(name.service());
        State.Instance instance = view.table(Tables.INSTANCES).get(Tables.instance(name));
        if (instance == null) {
            String found = isSpent(name) ? "it was removed" : "it was never scheduled";
            throw new Refused(
                    UNKNOWN_INSTANCE,
                    "instance " + name.number() + " of service '" + name.service() + "' does not exist: " + found
                            + "; instances of the service: " + instancesOf(name.service()));
        }
        return instance;
    }

    /** Whether the instance existed in this life of its service and does not any more. */
    boolean isSpent(InstanceName name) {
        State.Service service = view.table(Tables.SERVICES).get(name.service().toString());
        if (service == null || name.number() >= service.spentEnd()) {
            return false;
        }
        return Spans.endOfRun(view, Tables.numbersOf(name.service()), Slot.of(name.number())) != null;
    }

    /** Some instances of the service, for a message. */
    String instancesOf(ServiceName service) {
        List<Map.Entry<String, State.Instance>> some =
                view.table(Tables.INSTANCES).list(Tables.instancesOf(service), SHOWN + 1);
        return some.isEmpty()
                ? "none"
                : "numbers"
                        + names(some.stream()
                                .map(entry ->
                                        Integer.toString(entry.getValue().name().number()))
                                .toList());
    }

    private static String names(List<String> some) {
        if (some.isEmpty()) {
            return "";
        }
        String shown = some.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return " (" + shown + (some.size() > SHOWN ? ", …)" : ")");
    }
}
