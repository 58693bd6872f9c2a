package io.xylem.audit;

import io.xylem.audit.Rules.Moment;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.Location;
import io.xylem.schemas.avro.WorkerJoined;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Workers join, move in the underlay, fall silent, are heard again, and leave with all that is on them. */
final class WorkerRules {
    private static final int NAME_MAX_CHARS = 63;

    private WorkerRules() {}

    static Answer joined(RealmModel realm, WorkerJoined event, Moment now) {
        Endpoint underlay = Rules.endpoint(event.getUnderlay());
        Location location = Rules.location(event.getLocation());
        String name = event.getWorker();
        RealmModel.Node known = realm.workers.get(name);
        if (!isName(name) || !isName(event.getCluster())) {
            throw new No("INVALID_NAME");
        }
        if (known != null) {
            Entity.Worker has = known.worker;
            boolean same = has.cluster().equals(event.getCluster())
                    && has.underlay().equals(underlay)
                    && Objects.equals(has.zone(), event.getZone())
                    && Objects.equals(has.location(), location);
            if (!same) {
                throw new No("CONFLICTING_REDEFINITION");
            }
            return answer(now, true, has.name(), has.subnet());
        }
        Integer number = realm.plan.subnets.peek(now.atMs());
        if (number == null) {
            throw new No("WORKER_POOL_EXHAUSTED");
        }
        realm.plan.subnets.take(number, "worker " + name);
        Entity.Worker worker = new Entity.Worker(
                realm.name + "|worker|" + name,
                now.offset(),
                name,
                event.getCluster(),
                underlay,
                event.getZone(),
                location,
                realm.plan.subnet(number),
                false);
        realm.workers.put(name, new RealmModel.Node(worker, number, realm.plan.newHosts()));
        realm.changes.add(new Change(worker.key(), null, worker));
        return answer(now, false, name, worker.subnet());
    }

    static Answer moved(RealmModel realm, String name, Endpoint underlay, Moment now) {
        RealmModel.Node node = realm.node(name);
        return update(realm, node, underlay, node.worker.lost(), now);
    }

    static Answer heard(RealmModel realm, String name, boolean isHeard, Moment now) {
        RealmModel.Node node = realm.node(name);
        return update(realm, node, node.worker.underlay(), !isHeard, now);
    }

    private static Answer update(RealmModel realm, RealmModel.Node node, Endpoint underlay, boolean lost, Moment now) {
        Entity.Worker was = node.worker;
        boolean same = was.lost() == lost && was.underlay().equals(underlay);
        if (!same) {
            node.worker = new Entity.Worker(
                    was.key(),
                    now.offset(),
                    was.name(),
                    was.cluster(),
                    underlay,
                    was.zone(),
                    was.location(),
                    was.subnet(),
                    lost);
            realm.changes.add(new Change(was.key(), was, node.worker));
        }
        return answer(now, same, was.name(), null);
    }

    static Answer left(RealmModel realm, String name, Moment now) {
        RealmModel.Node node = realm.node(name);
        for (Entity.Instance instance : List.copyOf(node.instances.values())) {
            InstanceRules.remove(realm, instance, now);
        }
        realm.workers.remove(name);
        realm.plan.subnets.release(node.subnetNumber, now.atMs(), realm.nextRelease(), now.offset());
        realm.changes.add(new Change(node.worker.key(), node.worker, null));
        return answer(now, false, name, null);
    }

    private static Answer answer(Moment now, boolean unchanged, String worker, @Nullable DualPrefix subnet) {
        return new Answer(now.offset(), now.type(), null, unchanged, worker, subnet, null, -1, List.of(), null, null);
    }

    /** Letters, digits and {@code . _ -}, a letter or digit first: true of realms, workers and clusters alike. */
    static boolean isName(String text) {
        if (text.isEmpty() || text.length() > NAME_MAX_CHARS) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            boolean joint = i > 0 && (c == '.' || c == '_' || c == '-');
            if (!plain && !joint) {
                return false;
            }
        }
        return true;
    }
}
