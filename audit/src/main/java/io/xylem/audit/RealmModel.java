package io.xylem.audit;

import io.xylem.model.DualAddress;
import io.xylem.model.ServiceName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The state of one realm after some event: plain collections, changed in place by the rules. */
final class RealmModel {
    /** A joined worker: the hosts of its subnet, and its instances by their host numbers. */
    static final class Node {
        Entity.Worker worker;
        final int subnetNumber;
        final Pool<Integer> hosts;
        final TreeMap<Integer, Entity.Instance> instances = new TreeMap<>();

        Node(Entity.Worker worker, int subnetNumber, Pool<Integer> hosts) {
            this.worker = worker;
            this.subnetNumber = subnetNumber;
            this.hosts = hosts;
        }
    }

    /** A registered service: its instances by number, and the numbers of those that were removed. */
    static final class Group {
        final Entity.Service service;
        final Map<Integer, Entity.Instance> instances = new HashMap<>();
        final Set<Integer> spent = new HashSet<>();

        Group(Entity.Service service) {
            this.service = service;
        }
    }

    /** What one event took from one instance. */
    record WithdrawalName(String service, int number, long version) {}

    /** @param instanceIp null: it kept it, having moved */
    record Withdrawal(
            WithdrawalName name, long sinceMs, @Nullable DualAddress instanceIp, String worker, int host) {}

    final String name;
    final Plan plan;
    final Map<String, Node> workers = new HashMap<>();
    final Map<String, Group> services = new HashMap<>();
    final Map<WithdrawalName, Withdrawal> withdrawals = new HashMap<>();
    private final ArrayDeque<Withdrawal> withdrawalsInOrder = new ArrayDeque<>();
    final EventMemory memory = new EventMemory();
    long releases;
    int instances;
    int serviceIps;
    /** Events that had an answer of their own, i.e. neither repeated nor unreadable. */
    long events;

    /** Of the event at hand. */
    final List<Change> changes = new ArrayList<>();

    RealmModel(String name, PlanSettings settings) {
        this.name = name;
        this.plan = new Plan(settings);
    }

    long nextRelease() {
        return releases++;
    }

    Node node(String worker) {
        Node node = workers.get(worker);
        if (node == null) {
            throw new No("UNKNOWN_WORKER");
        }
        return node;
    }

    Group group(String service) {
        Group group = services.get(service);
        if (group == null) {
            checkName(service);
            throw new No("UNKNOWN_SERVICE");
        }
        return group;
    }

    Entity.Instance instance(String service, int number) {
        Entity.Instance instance = group(service, number).instances.get(number);
        if (instance == null) {
            throw new No("UNKNOWN_INSTANCE");
        }
        return instance;
    }

    /** The service of a well-formed instance name: what is malformed is refused before what is unknown. */
    Group group(String service, int number) {
        if (number < 0) {
            checkName(service);
            throw new No("MALFORMED_EVENT");
        }
        return group(service);
    }

    static void checkName(String service) {
        try {
            ServiceName.parse(service);
        } catch (IllegalArgumentException e) {
            throw new No("INVALID_NAME");
        }
    }

    void withdraw(Withdrawal withdrawal) {
        withdrawals.put(withdrawal.name(), withdrawal);
        withdrawalsInOrder.add(withdrawal);
    }

    @Nullable
    Withdrawal confirmed(WithdrawalName name, long atMs) {
        forgetWithdrawals(atMs);
        Withdrawal withdrawal = withdrawals.get(name);
        if (withdrawal == null || hasRested(withdrawal, atMs)) {
            return null;
        }
        withdrawals.remove(name);
        return withdrawal;
    }

    /** After the full rest a confirmation says nothing. */
    void forgetWithdrawals(long atMs) {
        for (Withdrawal first = withdrawalsInOrder.peek();
                first != null && (hasRested(first, atMs) || !withdrawals.containsKey(first.name()));
                first = withdrawalsInOrder.peek()) {
            withdrawalsInOrder.remove();
            withdrawals.remove(first.name());
        }
    }

    private boolean hasRested(Withdrawal withdrawal, long atMs) {
        return atMs >= plan.freeAtMs(withdrawal.sinceMs(), false);
    }

    /** From the oldest on. */
    Iterable<Withdrawal> openWithdrawals() {
        withdrawalsInOrder.removeIf(withdrawal -> !withdrawals.containsKey(withdrawal.name()));
        return withdrawalsInOrder;
    }

    /** Everything that has addresses now, in no order. */
    List<Entity> entities() {
        List<Entity> all = new ArrayList<>();
        workers.values().forEach(node -> all.add(node.worker));
        services.values().forEach(group -> {
            all.add(group.service);
            all.addAll(group.instances.values());
        });
        return all;
    }

    /** What is held in each pool must be what the entities have; null if it is. */
    @Nullable
    String imbalance() {
        if (plan.v4.held() != instances + serviceIps) {
            return plan.v4.held() + " IPv4 addresses are held, by " + instances + " instances and " + serviceIps
                    + " service IPs";
        }
        if (plan.instancesV6.held() != instances) {
            return plan.instancesV6.held() + " IPv6 addresses are held by " + instances + " instances";
        }
        if (plan.subnets.held() != workers.size()) {
            return plan.subnets.held() + " worker subnets are held by " + workers.size() + " workers";
        }
        return null;
    }
}
