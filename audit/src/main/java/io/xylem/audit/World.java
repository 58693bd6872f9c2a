package io.xylem.audit;

import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.avro.DeploymentEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All realms of one partition, event by event. */
final class World {
    private static final int ID_MAX_CHARS = 200;

    /** @param changes valid until the next event */
    record Step(
            Answer answer, List<Change> changes, @Nullable RealmModel realm, boolean repeated) {}

    private final Map<String, RealmModel> realms = new HashMap<>();
    private final PlanSettings settings;
    private final int partitions;
    /** Of the events so far, by the log's time. */
    private long latestMs;

    World(PlanSettings settings, int partitions) {
        this.settings = settings;
        this.partitions = partitions;
    }

    Map<String, RealmModel> realms() {
        return realms;
    }

    long latestMs() {
        return latestMs;
    }

    void latestMs(long ms) {
        latestMs = ms;
    }

    Step handle(LoggedEvent logged, DeploymentEvent event) {
        latestMs = Math.max(latestMs, logged.atMs());
        String name = event.getRealm();
        Object body = event.getBody();
        Rules.Moment now =
                new Rules.Moment(logged.atMs(), logged.offset(), body.getClass().getSimpleName());
        RealmModel known = realms.get(name);
        if (known == null && !WorkerRules.isName(name)) {
            return refused(now, "INVALID_NAME", null);
        }
        boolean misplaced = !name.equals(logged.key())
                || (known == null && RealmPartitioner.partition(name, partitions) != logged.partition());
        if (misplaced) {
            return refused(now, "MALFORMED_EVENT", null);
        }
        RealmModel realm = known == null ? new RealmModel(name, settings) : known;
        if (known == null) {
            realms.put(name, realm);
        }
        return handle(realm, event.getId(), body, now);
    }

    private Step handle(RealmModel realm, String id, Object body, Rules.Moment now) {
        if (id.isEmpty() || id.length() > ID_MAX_CHARS) {
            return refused(now, "MALFORMED_EVENT", realm);
        }
        Answer earlier = realm.memory.recall(id, now.atMs(), realm.plan);
        if (earlier != null) {
            return new Step(earlier, List.of(), realm, true);
        }
        realm.changes.clear();
        Answer answer;
        try {
            answer = Rules.answer(realm, body, now);
        } catch (No no) {
            answer = Answer.refused(now.offset(), now.type(), no.code());
        }
        realm.memory.remember(id, now.atMs(), answer);
        realm.events++;
        return new Step(answer, realm.changes, realm, false);
    }

    private static Step refused(Rules.Moment now, String code, @Nullable RealmModel realm) {
        return new Step(Answer.refused(now.offset(), now.type(), code), List.of(), realm, false);
    }
}
