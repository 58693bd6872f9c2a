package io.xylem.audit;

import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every record of allocations is one that its event made, and the last word on each key is there. Compaction may have
 * removed a record that a later one of the same key replaced, and takes nothing else away.
 */
final class AllocationCheck {
    private final Feed<Records.OfAllocation> allocations;
    private final Findings findings;
    private final RealmFilter realms;
    private final long lastOffset;
    private final Map<String, Ledger> ledgers = new HashMap<>();
    /** Version of the last record of a key that is as it should be. */
    private final Map<String, Long> seen = new HashMap<>();
    /** Keys that an event took back and whose record stays, with the offset of that event. */
    private final Map<String, Long> leaked = new HashMap<>();

    private long checked;
    private long position;

    /** @param lastOffset of the events that are read; what claims to come later was made by nobody */
    AllocationCheck(Feed<Records.OfAllocation> allocations, long lastOffset, RealmFilter realms, Findings findings) {
        this.allocations = allocations;
        this.lastOffset = lastOffset;
        this.realms = realms;
        this.findings = findings;
    }

    /** Takes over a state whose records were found complete before. */
    void resume(RealmModel realm) {
        Ledger ledger = ledger(realm.name);
        for (Entity entity : realm.entities()) {
            seen.put(entity.key(), entity.version());
            ledger.change(new Change(entity.key(), null, entity), entity.version(), "");
        }
    }

    void check(String realm, long offset, List<Change> changes) {
        boolean[] found = new boolean[changes.size()];
        for (Records.OfAllocation record = peek(); record != null; record = peek()) {
            Long version = record.version();
            if (version != null && version > offset && version <= lastOffset) {
                break;
            }
            allocations.take();
            position = record.position() + 1;
            int at = version != null && version == offset ? indexOf(changes, record.key()) : -1;
            if (at < 0 || found[at] || !record.isReadable()) {
                extra(record, offset);
            } else {
                found[at] = true;
                compare(realm, offset, changes.get(at), record);
            }
        }
        for (int i = 0; i < found.length; i++) {
            Change change = changes.get(i);
            ledger(realm).change(change, offset, "");
            if (!found[i] && change.after() == null && seen.remove(change.key()) != null) {
                leaked.put(change.key(), offset);
            }
        }
    }

    private void compare(String realm, long offset, Change change, Records.OfAllocation record) {
        checked++;
        leaked.remove(change.key());
        if (change.after() == null) {
            seen.remove(change.key());
        } else {
            seen.put(change.key(), offset);
        }
        if (!Same.is(change.after(), record.allocation(), realm)) {
            String where = findings.place(Topics.ALLOCATIONS.name(), record.position());
            findings.add(
                    Difference.Kind.ALLOCATION,
                    realm,
                    offset,
                    change.any().title(),
                    Texts.of(change.after()),
                    Texts.of(record.allocation()),
                    where);
            ledger(realm).say(record.key(), record.allocation(), offset, where);
        }
    }

    private void extra(Records.OfAllocation record, long offset) {
        String realm = Keys.realmOf(record.key());
        String where = findings.place(Topics.ALLOCATIONS.name(), record.position());
        Long version = record.version();
        String claim = version == null
                ? "a record without a version"
                : "a record of version " + version + (version < offset ? " behind those of later events" : "");
        findings.add(
                Difference.Kind.EXTRA_ALLOCATION,
                realm,
                version == null || version > lastOffset ? offset : Math.min(version, offset),
                Ledger.title(record.key()),
                "no record: no event made one here",
                claim + ": " + (record.isReadable() ? Texts.of(record.allocation()) : "bytes that can't be read"),
                where);
        ledger(realm).say(record.key(), record.allocation(), offset, where);
    }

    /** After the last event that was answered: what is there must be all. */
    void end(Collection<RealmModel> models, long offset) {
        Set<String> ahead = new HashSet<>();
        for (Records.OfAllocation record = peek(); record != null; record = peek()) {
            allocations.take();
            if (record.version() == null || record.version() > lastOffset || record.version() <= offset) {
                extra(record, offset);
                position = record.position() + 1;
            } else {
                ahead.add(record.key());
            }
        }
        for (RealmModel model : models) {
            for (Entity entity : model.entities()) {
                Long version = seen.get(entity.key());
                boolean isThere = version != null && version == entity.version();
                if (!isThere && !ahead.contains(entity.key())) {
                    findings.add(
                            Difference.Kind.MISSING_ALLOCATION,
                            model.name,
                            entity.version(),
                            entity.title(),
                            Texts.of(entity),
                            version == null ? "no record" : "a last record of version " + version,
                            Topics.ALLOCATIONS.name());
                }
            }
        }
        leaked.forEach((key, removedAt) -> {
            if (!ahead.contains(key)) {
                findings.add(
                        Difference.Kind.LEAK,
                        Keys.realmOf(key),
                        removedAt,
                        Ledger.title(key),
                        "taken back by the event at offset " + removedAt,
                        "still allocated: its addresses leak",
                        Topics.ALLOCATIONS.name());
            }
        });
    }

    long checked() {
        return checked;
    }

    /** Behind the last record that was compared. */
    long position() {
        return position;
    }

    private Ledger ledger(String realm) {
        return ledgers.computeIfAbsent(realm, name -> new Ledger(name, findings));
    }

    private Records.@Nullable OfAllocation peek() {
        Records.OfAllocation record = allocations.peek();
        while (record != null && !realms.accepts(Keys.realmOf(record.key()))) {
            allocations.take();
            record = allocations.peek();
        }
        return record;
    }

    private static int indexOf(List<Change> changes, String key) {
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).key().equals(key)) {
                return i;
            }
        }
        return -1;
    }
}
