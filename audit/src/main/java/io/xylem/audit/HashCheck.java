package io.xylem.audit;

import io.xylem.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The published hashes against those of the derived state. Costs nothing where none were published. */
final class HashCheck {
    private final Feed<Records.OfHash> hashes;
    private final RealmFilter realms;
    private final Findings findings;
    private final Map<String, StateHasher> hashers = new HashMap<>();
    private long checked;
    private long position;

    HashCheck(Feed<Records.OfHash> hashes, RealmFilter realms, Findings findings) {
        this.hashes = hashes;
        this.realms = realms;
        this.findings = findings;
    }

    /** Takes over a state from before. */
    void resume(RealmModel realm) {
        StateHasher hasher = hasher(realm.name);
        realm.entities().forEach(entity -> hasher.change(new Change(entity.key(), null, entity)));
    }

    void check(@Nullable RealmModel realm, long offset, List<Change> changes) {
        if (realm != null && !changes.isEmpty() && peek() != null) {
            StateHasher hasher = hasher(realm.name);
            changes.forEach(hasher::change);
        }
        for (Records.OfHash record = peek(); record != null && record.offset() <= offset; record = peek()) {
            hashes.take();
            position = record.position() + 1;
            if (realm == null || record.offset() != offset || !record.realm().equals(realm.name)) {
                differs(record, "no hash of that realm at this offset");
                continue;
            }
            checked++;
            String expected = hasher(realm.name).hash();
            if (!expected.equals(record.hash()) || record.events() != realm.events) {
                differs(record, expected + " after " + realm.events + " events");
            }
        }
    }

    /** Hashes of events that are not answered yet are left alone. */
    void end(long lastOffset) {
        for (Records.OfHash record = peek(); record != null; record = peek()) {
            hashes.take();
            if (record.offset() > lastOffset) {
                differs(record, "no hash: there is no such event");
            }
        }
    }

    private void differs(Records.OfHash record, String expected) {
        findings.add(
                Difference.Kind.HASH,
                record.realm(),
                record.offset(),
                "state of realm " + record.realm(),
                expected,
                record.hash() + " after " + record.events() + " events",
                findings.place(Topics.STATE_HASHES.name(), record.position()));
    }

    long checked() {
        return checked;
    }

    long position() {
        return position;
    }

    private StateHasher hasher(String realm) {
        return hashers.computeIfAbsent(realm, _ -> new StateHasher());
    }

    private Records.@Nullable OfHash peek() {
        Records.OfHash record = hashes.peek();
        while (record != null && !realms.accepts(record.realm())) {
            hashes.take();
            record = hashes.peek();
        }
        return record;
    }
}
