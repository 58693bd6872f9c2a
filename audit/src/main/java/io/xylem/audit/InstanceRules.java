package io.xylem.audit;

import io.xylem.audit.Rules.Moment;
import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Instances are placed, change their state, move, and are removed; their numbers are spent then. */
final class InstanceRules {
    private static final int MAX_WEIGHT = 1_000;

    private InstanceRules() {}

    static Answer scheduled(RealmModel realm, String service, int number, String worker, int weight, Moment now) {
        if (weight < 1 || weight > MAX_WEIGHT) {
            RealmModel.checkName(service);
            throw new No("MALFORMED_EVENT");
        }
        RealmModel.Group group = realm.group(service, number);
        Entity.Instance known = group.instances.get(number);
        if (known != null) {
            if (!known.worker().equals(worker)) {
                throw new No("CONFLICTING_REDEFINITION");
            }
            if (known.weight() == weight) {
                return placed(now, true, known);
            }
            RealmModel.Node node = realm.node(worker);
            Entity.Instance is =
                    place(realm, node, known, known.host(), known.namespaceIp(), known.state(), weight, now);
            return placed(now, false, is);
        }
        if (group.spent.contains(number)) {
            throw new No("INSTANCE_NUMBER_REUSED");
        }
        RealmModel.Node node = realm.node(worker);
        Plan plan = realm.plan;
        Ipv4 v4 = plan.v4.peek(now.atMs());
        Ipv6 v6 = plan.instancesV6.peek(now.atMs());
        if (v4 == null || v6 == null) {
            throw new No("POOL_EXHAUSTED");
        }
        int host = freeHost(node, now);
        String name = group.service.name();
        String owner = "instance " + name + "#" + number;
        plan.v4.take(v4, owner);
        plan.instancesV6.take(v6, owner);
        plan.instancesV6.forgetRested(now.atMs());
        node.hosts.take(host, owner);
        Entity.Instance instance = new Entity.Instance(
                realm.name + "|instance|" + name + "|" + number,
                now.offset(),
                name,
                number,
                node.worker.name(),
                host,
                new DualAddress(v4, v6),
                Plan.namespaceIp(node.worker.subnet(), host),
                InstanceState.SCHEDULED,
                weight);
        group.instances.put(number, instance);
        node.instances.put(host, instance);
        realm.instances++;
        realm.changes.add(new Change(instance.key(), null, instance));
        return placed(now, false, instance);
    }

    static Answer ready(RealmModel realm, String service, int number, @Nullable String reporter, Moment now) {
        Entity.Instance instance = serving(realm, service, number, reporter);
        return become(realm, instance, InstanceState.READY, now);
    }

    /** Who was never ready does not become unready. */
    static Answer unready(RealmModel realm, String service, int number, @Nullable String reporter, Moment now) {
        Entity.Instance instance = serving(realm, service, number, reporter);
        boolean wasReady = instance.state() != InstanceState.SCHEDULED;
        return become(realm, instance, wasReady ? InstanceState.UNREADY : InstanceState.SCHEDULED, now);
    }

    private static Entity.Instance serving(RealmModel realm, String service, int number, @Nullable String reporter) {
        Entity.Instance instance = realm.instance(service, number);
        if (reporter != null && !reporter.equals(instance.worker())) {
            throw new No("INSTANCE_ELSEWHERE");
        }
        if (instance.state() == InstanceState.DRAINING) {
            throw new No("INSTANCE_IS_DRAINING");
        }
        return instance;
    }

    static Answer draining(RealmModel realm, String service, int number, Moment now) {
        return become(realm, realm.instance(service, number), InstanceState.DRAINING, now);
    }

    private static Answer become(RealmModel realm, Entity.Instance was, InstanceState state, Moment now) {
        boolean same = was.state() == state;
        if (!same) {
            RealmModel.Node node = realm.node(was.worker());
            place(realm, node, was, was.host(), was.namespaceIp(), state, was.weight(), now);
        }
        return named(now, same, was.service(), was.number());
    }

    static Answer migrated(RealmModel realm, String service, int number, String worker, Moment now) {
        Entity.Instance was = realm.instance(service, number);
        RealmModel.Node target = realm.node(worker);
        if (was.worker().equals(worker)) {
            return placed(now, true, was);
        }
        int host = freeHost(target, now);
        target.hosts.take(host, "instance " + was.service() + "#" + was.number());
        RealmModel.Node source = realm.node(was.worker());
        source.instances.remove(was.host());
        source.hosts.release(was.host(), now.atMs(), realm.nextRelease(), now.offset());
        withdraw(realm, was, now, null);
        DualAddress namespaceIp = Plan.namespaceIp(target.worker.subnet(), host);
        return placed(
                now, false, place(realm, target, was, host, namespaceIp, InstanceState.SCHEDULED, was.weight(), now));
    }

    private static Entity.Instance place(
            RealmModel realm,
            RealmModel.Node node,
            Entity.Instance was,
            int host,
            DualAddress namespaceIp,
            InstanceState state,
            int weight,
            Moment now) {
        Entity.Instance is = new Entity.Instance(
                was.key(),
                now.offset(),
                was.service(),
                was.number(),
                node.worker.name(),
                host,
                was.instanceIp(),
                namespaceIp,
                state,
                weight);
        realm.group(was.service()).instances.put(was.number(), is);
        node.instances.put(host, is);
        realm.changes.add(new Change(is.key(), was, is));
        return is;
    }

    static Answer removed(RealmModel realm, String service, int number, Moment now) {
        RealmModel.Group group = realm.group(service, number);
        Entity.Instance instance = group.instances.get(number);
        if (instance != null) {
            remove(realm, instance, now);
        } else if (!group.spent.contains(number)) {
            throw new No("UNKNOWN_INSTANCE");
        }
        return named(now, instance == null, group.service.name(), number);
    }

    static void remove(RealmModel realm, Entity.Instance instance, Moment now) {
        RealmModel.Group group = realm.group(instance.service());
        RealmModel.Node node = realm.node(instance.worker());
        Plan plan = realm.plan;
        plan.v4.release(instance.instanceIp().v4(), now.atMs(), realm.nextRelease(), now.offset());
        plan.instancesV6.release(instance.instanceIp().v6(), now.atMs(), realm.nextRelease(), now.offset());
        node.hosts.release(instance.host(), now.atMs(), realm.nextRelease(), now.offset());
        withdraw(realm, instance, now, instance.instanceIp());
        group.instances.remove(instance.number());
        group.spent.add(instance.number());
        node.instances.remove(instance.host());
        realm.instances--;
        realm.changes.add(new Change(instance.key(), instance, null));
    }

    private static void withdraw(
            RealmModel realm, Entity.Instance instance, Moment now, @Nullable DualAddress instanceIp) {
        realm.forgetWithdrawals(now.atMs());
        realm.withdraw(new RealmModel.Withdrawal(
                new RealmModel.WithdrawalName(instance.service(), instance.number(), now.offset()),
                now.atMs(),
                instanceIp,
                instance.worker(),
                instance.host()));
    }

    static Answer confirmed(RealmModel realm, String service, int number, long version, Moment now) {
        if (!realm.services.containsKey(service)) {
            RealmModel.checkName(service);
        }
        if (number < 0) {
            throw new No("MALFORMED_EVENT");
        }
        RealmModel.Withdrawal withdrawal =
                realm.confirmed(new RealmModel.WithdrawalName(service, number, version), now.atMs());
        if (withdrawal != null) {
            confirm(realm, withdrawal);
        }
        return named(now, withdrawal == null, service, number);
    }

    private static void confirm(RealmModel realm, RealmModel.Withdrawal withdrawal) {
        long version = withdrawal.name().version();
        DualAddress instanceIp = withdrawal.instanceIp();
        if (instanceIp != null) {
            realm.plan.v4.confirm(instanceIp.v4(), version);
            realm.plan.instancesV6.confirm(instanceIp.v6(), version);
        }
        RealmModel.Node node = realm.workers.get(withdrawal.worker());
        if (node != null) {
            node.hosts.confirm(withdrawal.host(), version);
        }
    }

    private static int freeHost(RealmModel.Node node, Moment now) {
        Integer host = node.hosts.peek(now.atMs());
        if (host == null) {
            throw new No("WORKER_FULL");
        }
        return host;
    }

    private static Answer named(Moment now, boolean unchanged, String service, int number) {
        return new Answer(
                now.offset(), now.type(), null, unchanged, null, null, service, number, List.of(), null, null);
    }

    private static Answer placed(Moment now, boolean unchanged, Entity.Instance instance) {
        return new Answer(
                now.offset(),
                now.type(),
                null,
                unchanged,
                instance.worker(),
                null,
                instance.service(),
                instance.number(),
                List.of(),
                instance.instanceIp(),
                instance.namespaceIp());
    }
}
