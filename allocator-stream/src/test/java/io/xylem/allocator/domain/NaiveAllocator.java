package io.xylem.allocator.domain;

import io.xylem.allocator.domain.NaivePool.No;
import io.xylem.allocator.domain.Rejection.Code;
import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the address plan once more, for a realm that begins as {@link Realm#SMALL}, in plain collections and with scans:
 * a second opinion that shares no code with the allocator but its words.
 */
final class NaiveAllocator {
    private record Node(Event.WorkerJoined joined, long subnet, boolean lost, NaivePool hosts) {}

    private record Replica(String worker, long v4, long v6, long host, InstanceState state, int weight) {}

    private NaiveAddresses addresses = new NaiveAddresses();
    private final Map<String, Node> workers = new HashMap<>();
    private final NaiveServices services = new NaiveServices();
    private final Map<InstanceName, Replica> instances = new HashMap<>();
    private final Set<InstanceName> spent = new HashSet<>();
    private final Map<String, Long> withdrawals = new HashMap<>();
    private boolean changed;

    /** @param codes each of them is a right refusal; none: accepted with the details */
    record Answer(boolean unchanged, @Nullable Details details, Set<Code> codes) {}

    Answer handle(Event event, long atMs, long offset) {
        changed = false;
        NaiveAddresses before = addresses.copy();
        try {
            if (event instanceof Event.RealmConfigured configured) {
                return configured(configured, atMs);
            }
            Details details = details(event, atMs, offset);
            return new Answer(!changed, details, Set.of());
        } catch (No no) {
            addresses = before;
            return new Answer(false, null, Set.of(no.code));
        }
    }

    /** Where each instance is, in which state, with which weight. */
    Map<InstanceName, String> placements() {
        Map<InstanceName, String> placements = new HashMap<>();
        instances.forEach((name, replica) ->
                placements.put(name, replica.worker() + " " + replica.state() + " " + replica.weight()));
        return placements;
    }

    private Answer configured(Event.RealmConfigured event, long atMs) {
        Set<Code> faults = EnumSet.noneOf(Code.class);
        changed = addresses.configure(event.settings(), atMs, faults);
        return faults.isEmpty()
                ? new Answer(!changed, new Details.OfRealm(addresses.settings().texts()), Set.of())
                : new Answer(false, null, faults);
    }

    private Details details(Event event, long atMs, long offset) {
        return switch (event) {
            case Event.WorkerJoined e -> joined(e, atMs);
            case Event.WorkerMoved e -> {
                Event.WorkerJoined was = node(e.worker()).joined();
                Event.WorkerJoined now =
                        new Event.WorkerJoined(was.worker(), was.cluster(), e.underlay(), was.zone(), was.location());
                yield update(e.worker(), now, node(e.worker()).lost());
            }
            case Event.WorkerLost e -> update(e.worker(), node(e.worker()).joined(), true);
            case Event.WorkerBack e -> update(e.worker(), node(e.worker()).joined(), false);
            case Event.WorkerLeft e -> left(e.worker(), atMs, offset);
            case Event.ServiceRegistered e -> {
                changed = services.register(e, addresses, atMs);
                yield services.shown(e.service(), addresses);
            }
            case Event.ServiceRemoved e -> {
                services.ips(e.service());
                if (instances.keySet().stream().anyMatch(name -> name.service().equals(e.service()))) {
                    throw new No(Code.SERVICE_HAS_INSTANCES);
                }
                services.remove(e.service(), addresses, atMs, offset);
                spent.removeIf(name -> name.service().equals(e.service()));
                changed = true;
                yield new Details.OfService(e.service(), List.of());
            }
            case Event.InstanceScheduled e -> scheduled(e, atMs);
            case Event.InstanceReady e -> {
                hostedBy(e.instance(), e.worker());
                yield state(e.instance(), InstanceState.READY);
            }
            case Event.InstanceUnready e -> {
                hostedBy(e.instance(), e.worker());
                yield state(
                        e.instance(),
                        replica(e.instance()).state() == InstanceState.SCHEDULED
                                ? InstanceState.SCHEDULED
                                : InstanceState.UNREADY);
            }
            case Event.InstanceDraining e -> state(e.instance(), InstanceState.DRAINING);
            case Event.InstanceMigrated e -> migrated(e, atMs, offset);
            case Event.InstanceRemoved e -> {
                services.ips(e.instance().service());
                if (!spent.contains(e.instance())) {
                    remove(e.instance(), atMs, offset);
                }
                yield new Details.OfInstance(e.instance());
            }
            case Event.WithdrawalConfirmed e -> {
                Long sinceMs = withdrawals.remove(e.instance() + "@" + e.version());
                if (sinceMs != null && !addresses.isOver(sinceMs, false, atMs)) {
                    addresses.v4.confirm(e.instance().toString(), e.version());
                    addresses.pool("instance.v6").confirm(e.instance().toString(), e.version());
                    workers.values()
                            .forEach(node -> node.hosts().confirm(e.instance().toString(), e.version()));
                    changed = true;
                }
                yield new Details.OfInstance(e.instance());
            }
            case Event.RealmConfigured e -> throw new IllegalStateException("has answers of its own: " + e);
            case Event.Malformed e -> throw new No(e.rejection().code());
        };
    }

    private Details joined(Event.WorkerJoined e, long atMs) {
        if (!e.worker().matches("[a-zA-Z0-9][a-zA-Z0-9._-]*") || !e.cluster().matches("[a-zA-Z0-9][a-zA-Z0-9._-]*")) {
            throw new No(Code.INVALID_NAME);
        }
        Node known = workers.get(e.worker());
        if (known == null) {
            NaivePool hosts = addresses.newHosts();
            known = new Node(
                    e,
                    addresses.subnets.take(e.worker(), atMs, addresses::isOver, Code.WORKER_POOL_EXHAUSTED),
                    false,
                    hosts);
            workers.put(e.worker(), known);
            changed = true;
        } else if (!known.joined().equals(e)) {
            throw new No(Code.CONFLICTING_REDEFINITION);
        }
        return new Details.OfWorker(e.worker(), addresses.subnet(known.subnet()));
    }

    private Details update(String worker, Event.WorkerJoined joined, boolean lost) {
        Node before = node(worker);
        Node after = new Node(joined, before.subnet(), lost, before.hosts());
        changed = !after.equals(before);
        workers.put(worker, after);
        return new Details.OfWorker(worker, null);
    }

    private Details left(String worker, long atMs, long offset) {
        Node node = node(worker);
        List<InstanceName> inOrder = instances.entrySet().stream()
                .filter(entry -> entry.getValue().worker().equals(worker))
                .sorted(Comparator.comparingLong(entry -> entry.getValue().host()))
                .map(Map.Entry::getKey)
                .toList();
        inOrder.forEach(name -> remove(name, atMs, offset));
        workers.remove(worker);
        addresses.subnets.release(node.subnet(), atMs, offset);
        changed = true;
        return new Details.OfWorker(worker, null);
    }

    private Details scheduled(Event.InstanceScheduled e, long atMs) {
        if (e.weight() < 1 || e.weight() > 1_000) {
            throw new No(Code.MALFORMED_EVENT);
        }
        services.ips(e.instance().service());
        Replica known = instances.get(e.instance());
        if (known == null) {
            if (spent.contains(e.instance())) {
                throw new No(Code.INSTANCE_NUMBER_REUSED);
            }
            Node node = node(e.worker());
            String owner = e.instance().toString();
            known = new Replica(
                    e.worker(),
                    addresses.v4.take(owner, atMs, addresses::isOver, Code.POOL_EXHAUSTED),
                    addresses.pool("instance.v6").take(owner, atMs, addresses::isOver, Code.POOL_EXHAUSTED),
                    node.hosts().take(owner, atMs, addresses::isOver, Code.WORKER_FULL),
                    InstanceState.SCHEDULED,
                    e.weight());
            instances.put(e.instance(), known);
            changed = true;
        } else if (!known.worker().equals(e.worker())) {
            throw new No(Code.CONFLICTING_REDEFINITION);
        } else if (known.weight() != e.weight()) {
            instances.put(
                    e.instance(),
                    new Replica(known.worker(), known.v4(), known.v6(), known.host(), known.state(), e.weight()));
            changed = true;
        }
        return placement(e.instance());
    }

    private Details migrated(Event.InstanceMigrated e, long atMs, long offset) {
        Replica before = replica(e.instance());
        Node target = node(e.worker());
        if (!before.worker().equals(e.worker())) {
            long host = target.hosts().take(e.instance().toString(), atMs, addresses::isOver, Code.WORKER_FULL);
            node(before.worker()).hosts().release(before.host(), atMs, offset);
            withdrawals.put(e.instance() + "@" + offset, atMs);
            instances.put(
                    e.instance(),
                    new Replica(e.worker(), before.v4(), before.v6(), host, InstanceState.SCHEDULED, before.weight()));
            changed = true;
        }
        return placement(e.instance());
    }

    private Details state(InstanceName name, InstanceState state) {
        Replica before = replica(name);
        if (before.state() == InstanceState.DRAINING && state != InstanceState.DRAINING) {
            throw new No(Code.INSTANCE_IS_DRAINING);
        }
        changed = before.state() != state;
        instances.put(
                name, new Replica(before.worker(), before.v4(), before.v6(), before.host(), state, before.weight()));
        return new Details.OfInstance(name);
    }

    private void remove(InstanceName name, long atMs, long offset) {
        Replica replica = replica(name);
        addresses.v4.release(replica.v4(), atMs, offset);
        addresses.pool("instance.v6").release(replica.v6(), atMs, offset);
        node(replica.worker()).hosts().release(replica.host(), atMs, offset);
        withdrawals.put(name + "@" + offset, atMs);
        instances.remove(name);
        spent.add(name);
        changed = true;
    }

    private Details placement(InstanceName name) {
        Replica replica = replica(name);
        DualPrefix subnet = addresses.subnet(node(replica.worker()).subnet());
        return new Details.OfPlacement(
                name,
                replica.worker(),
                new DualAddress(addresses.address4(replica.v4()), addresses.address6("instance.v6", replica.v6())),
                new DualAddress(
                        subnet.v4().network().plus(replica.host()),
                        subnet.v6().network().plus(replica.host())));
    }

    private Node node(String worker) {
        Node node = workers.get(worker);
        if (node == null) {
            throw new No(Code.UNKNOWN_WORKER);
        }
        return node;
    }

    private void hostedBy(InstanceName name, @Nullable String worker) {
        if (!replica(name).worker().equals(worker == null ? replica(name).worker() : worker)) {
            throw new No(Code.INSTANCE_ELSEWHERE);
        }
    }

    private Replica replica(InstanceName name) {
        services.ips(name.service());
        Replica replica = instances.get(name);
        if (replica == null) {
            throw new No(Code.UNKNOWN_INSTANCE);
        }
        return replica;
    }
}
