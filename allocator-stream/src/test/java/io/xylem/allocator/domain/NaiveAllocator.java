package io.xylem.allocator.domain;

import io.xylem.allocator.domain.Rejection.Code;
import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the address plan once more, for {@link Realm#SMALL}, in plain collections and with scans: a second opinion
 * that shares no code with the allocator but its words.
 */
final class NaiveAllocator {
    static final class No extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final transient Code code;

        No(Code code) {
            super(code.name(), null, false, false);
            this.code = code;
        }
    }

    private record Rest(long number, String owner, long sinceMs, long version, boolean confirmed) {
        boolean isOver(long atMs) {
            return atMs >= sinceMs + (confirmed ? 10_000 : 60_000);
        }
    }

    private static final class Numbers {
        final long last;
        final Set<Long> used = new HashSet<>();
        final Map<Long, String> held = new TreeMap<>();
        final List<Rest> resting = new ArrayList<>();

        Numbers(long last) {
            this.last = last;
        }

        Numbers copy() {
            Numbers copy = new Numbers(last);
            copy.used.addAll(used);
            copy.held.putAll(held);
            copy.resting.addAll(resting);
            return copy;
        }

        long take(String owner, long atMs, Code ifNone) {
            for (long number = 1; number <= last; number++) {
                if (used.add(number)) {
                    held.put(number, owner);
                    return number;
                }
            }
            for (Rest rest : resting) {
                if (rest.isOver(atMs)) {
                    resting.remove(rest);
                    held.put(rest.number(), owner);
                    return rest.number();
                }
            }
            throw new No(ifNone);
        }

        void take(long number, String owner, long atMs) {
            if (number < 1 || number > last) {
                throw new No(Code.ADDRESS_OUT_OF_RANGE);
            }
            if (held.containsKey(number)) {
                throw new No(Code.ADDRESS_TAKEN);
            }
            for (Rest rest : resting) {
                if (rest.number() == number
                        && !rest.isOver(atMs)
                        && !rest.owner().equals(owner)) {
                    throw new No(Code.ADDRESS_TAKEN);
                }
            }
            resting.removeIf(rest -> rest.number() == number);
            used.add(number);
            held.put(number, owner);
        }

        void release(long number, long atMs, long version) {
            String owner = held.remove(number);
            if (owner == null) {
                throw new IllegalStateException(number + " is not held");
            }
            resting.add(new Rest(number, owner, atMs, version, false));
        }

        void confirm(String owner, long version) {
            resting.replaceAll(rest -> rest.owner().equals(owner) && rest.version() == version
                    ? new Rest(rest.number(), rest.owner(), rest.sinceMs(), version, true)
                    : rest);
        }
    }

    private record Node(Event.WorkerJoined joined, long subnet, boolean lost, Numbers hosts) {}

    private record Replica(String worker, long v4, long v6, long host, InstanceState state) {}

    private Numbers subnets = new Numbers(4);
    private Numbers v4 = new Numbers(14);
    private Numbers v6Instance = new Numbers(Long.MAX_VALUE);
    private Map<String, Numbers> v6Service =
            new HashMap<>(Map.of("RR", new Numbers(Long.MAX_VALUE), "closest", new Numbers(Long.MAX_VALUE)));
    private final Map<String, Node> workers = new HashMap<>();
    private final Map<ServiceName, Map<String, long[]>> services = new HashMap<>();
    private final Map<InstanceName, Replica> instances = new HashMap<>();
    private final Set<InstanceName> spent = new HashSet<>();
    private final Map<String, Long> withdrawals = new HashMap<>();
    private boolean changed;

    /** {@code null} details: the code is why. */
    record Answer(
            boolean unchanged,
            @Nullable Details details,
            @Nullable Code code) {}

    Answer handle(Event event, long atMs, long offset) {
        changed = false;
        Numbers subnetsBefore = subnets.copy();
        Numbers v4Before = v4.copy();
        Numbers v6Before = v6Instance.copy();
        Map<String, Numbers> v6ServiceBefore = new HashMap<>();
        v6Service.forEach((policy, numbers) -> v6ServiceBefore.put(policy, numbers.copy()));
        try {
            Details details = details(event, atMs, offset);
            return new Answer(!changed, details, null);
        } catch (No no) {
            subnets = subnetsBefore;
            v4 = v4Before;
            v6Instance = v6Before;
            v6Service = v6ServiceBefore;
            return new Answer(false, null, no.code);
        }
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
            case Event.ServiceRegistered e -> registered(e, atMs);
            case Event.ServiceRemoved e -> {
                Map<String, long[]> ips = service(e.service());
                if (instances.keySet().stream().anyMatch(name -> name.service().equals(e.service()))) {
                    throw new No(Code.SERVICE_HAS_INSTANCES);
                }
                ips.forEach((policy, ip) -> {
                    v4.release(ip[0], atMs, offset);
                    numbers(policy).release(ip[1], atMs, offset);
                });
                services.remove(e.service());
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
                service(e.instance().service());
                if (!spent.contains(e.instance())) {
                    remove(e.instance(), atMs, offset);
                }
                yield new Details.OfInstance(e.instance());
            }
            case Event.WithdrawalConfirmed e -> {
                Long sinceMs = withdrawals.remove(e.instance() + "@" + e.version());
                if (sinceMs != null && atMs - sinceMs < 60_000) {
                    v4.confirm(e.instance().toString(), e.version());
                    v6Instance.confirm(e.instance().toString(), e.version());
                    workers.values()
                            .forEach(node -> node.hosts().confirm(e.instance().toString(), e.version()));
                    changed = true;
                }
                yield new Details.OfInstance(e.instance());
            }
            case Event.RealmConfigured e -> throw new IllegalArgumentException("always the same settings, not " + e);
            case Event.Malformed e -> throw new No(e.rejection().code());
        };
    }

    private Details joined(Event.WorkerJoined e, long atMs) {
        Node known = workers.get(e.worker());
        if (known == null) {
            known = new Node(e, subnets.take(e.worker(), atMs, Code.WORKER_POOL_EXHAUSTED), false, new Numbers(6));
            workers.put(e.worker(), known);
            changed = true;
        } else if (!known.joined().equals(e)) {
            throw new No(Code.CONFLICTING_REDEFINITION);
        }
        return new Details.OfWorker(e.worker(), subnet(known));
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
        subnets.release(node.subnet(), atMs, offset);
        changed = true;
        return new Details.OfWorker(worker, null);
    }

    private Details registered(Event.ServiceRegistered e, long atMs) {
        List<Event.AddressRequest> requests =
                e.addresses().isEmpty() ? List.of(new Event.AddressRequest("RR", null, null)) : e.addresses();
        Map<String, long[]> known = services.get(e.service());
        Map<String, long[]> ips = new LinkedHashMap<>();
        boolean same = known != null && known.size() == requests.size();
        for (Event.AddressRequest request : requests) {
            String policy = request.policy().equalsIgnoreCase("rr") ? "RR" : "closest";
            long wantedV4 = request.v4() == null ? -1 : Ipv4.parse(request.v4()).bits() - BASE_V4.bits();
            long wantedV6 = request.v6() == null ? -1 : Ipv6.parse(request.v6()).low();
            ips.put(policy, new long[] {wantedV4, wantedV6});
            if (known != null) {
                long[] ip = known.get(policy);
                same &= ip != null
                        && (request.v4() == null || ip[0] == wantedV4)
                        && (request.v6() == null || ip[1] == wantedV6);
                continue;
            }
            String owner = e.service() + " " + policy;
            if (request.v4() != null) {
                v4.take(wantedV4, owner, atMs);
            }
            if (request.v6() != null) {
                numbers(policy).take(wantedV6, owner, atMs);
            }
        }
        if (known != null) {
            if (!same) {
                throw new No(Code.CONFLICTING_REDEFINITION);
            }
            ips = known;
        } else {
            ips.forEach((policy, ip) -> {
                String owner = e.service() + " " + policy;
                ip[0] = ip[0] >= 0 ? ip[0] : v4.take(owner, atMs, Code.POOL_EXHAUSTED);
                ip[1] = ip[1] >= 0 ? ip[1] : numbers(policy).take(owner, atMs, Code.POOL_EXHAUSTED);
            });
            services.put(e.service(), ips);
            changed = true;
        }
        List<ServiceIp> shown = new ArrayList<>();
        ips.forEach((policy, ip) -> {
            Ipv6 base = Ipv6.parse(policy.equals("RR") ? "fdff:2000::" : "fdff:1000::");
            shown.add(new ServiceIp(policy, new DualAddress(BASE_V4.plus(ip[0]), base.plus(ip[1]))));
        });
        return new Details.OfService(e.service(), shown);
    }

    private Details scheduled(Event.InstanceScheduled e, long atMs) {
        service(e.instance().service());
        Replica known = instances.get(e.instance());
        if (known == null) {
            if (spent.contains(e.instance())) {
                throw new No(Code.INSTANCE_NUMBER_REUSED);
            }
            Node node = node(e.worker());
            String owner = e.instance().toString();
            known = new Replica(
                    e.worker(),
                    v4.take(owner, atMs, Code.POOL_EXHAUSTED),
                    v6Instance.take(owner, atMs, Code.POOL_EXHAUSTED),
                    node.hosts().take(owner, atMs, Code.WORKER_FULL),
                    InstanceState.SCHEDULED);
            instances.put(e.instance(), known);
            changed = true;
        } else if (!known.worker().equals(e.worker())) {
            throw new No(Code.CONFLICTING_REDEFINITION);
        }
        return placement(e.instance());
    }

    private Details migrated(Event.InstanceMigrated e, long atMs, long offset) {
        Replica before = replica(e.instance());
        Node target = node(e.worker());
        if (!before.worker().equals(e.worker())) {
            long host = target.hosts().take(e.instance().toString(), atMs, Code.WORKER_FULL);
            node(before.worker()).hosts().release(before.host(), atMs, offset);
            withdrawals.put(e.instance() + "@" + offset, atMs);
            instances.put(
                    e.instance(), new Replica(e.worker(), before.v4(), before.v6(), host, InstanceState.SCHEDULED));
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
        instances.put(name, new Replica(before.worker(), before.v4(), before.v6(), before.host(), state));
        return new Details.OfInstance(name);
    }

    private void remove(InstanceName name, long atMs, long offset) {
        Replica replica = replica(name);
        v4.release(replica.v4(), atMs, offset);
        v6Instance.release(replica.v6(), atMs, offset);
        node(replica.worker()).hosts().release(replica.host(), atMs, offset);
        withdrawals.put(name + "@" + offset, atMs);
        instances.remove(name);
        spent.add(name);
        changed = true;
    }

    private static final Ipv4 BASE_V4 = Ipv4.parse("10.30.0.0");

    private Details placement(InstanceName name) {
        Replica replica = replica(name);
        DualPrefix subnet = subnet(node(replica.worker()));
        return new Details.OfPlacement(
                name,
                replica.worker(),
                new DualAddress(BASE_V4.plus(replica.v4()), Ipv6.parse("fdff::").plus(replica.v6())),
                new DualAddress(
                        subnet.v4().network().plus(replica.host()),
                        subnet.v6().network().plus(replica.host())));
    }

    private static DualPrefix subnet(Node node) {
        long index = node.subnet() - 1;
        return new DualPrefix(
                new Ipv4Prefix(Ipv4.parse("10.18.0.0").plus(8 * index), 29),
                new Ipv6Prefix(Ipv6.parse("fc00::").plus(256 * index), 120));
    }

    private Numbers numbers(String policy) {
        Numbers numbers = v6Service.get(policy);
        if (numbers == null) {
            throw new IllegalStateException(policy);
        }
        return numbers;
    }

    private Node node(String worker) {
        Node node = workers.get(worker);
        if (node == null) {
            throw new No(Code.UNKNOWN_WORKER);
        }
        return node;
    }

    private Map<String, long[]> service(ServiceName name) {
        Map<String, long[]> service = services.get(name);
        if (service == null) {
            throw new No(Code.UNKNOWN_SERVICE);
        }
        return service;
    }

    private void hostedBy(InstanceName name, @Nullable String worker) {
        if (!replica(name).worker().equals(worker == null ? replica(name).worker() : worker)) {
            throw new No(Code.INSTANCE_ELSEWHERE);
        }
    }

    private Replica replica(InstanceName name) {
        service(name.service());
        Replica replica = instances.get(name);
        if (replica == null) {
            throw new No(Code.UNKNOWN_INSTANCE);
        }
        return replica;
    }
}
