package io.xylem.audit;

import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Each readable event has one outcome, in the order of the events, with the expected content. Old outcomes may have been
 * deleted: then the comparison begins with the first that is there.
 */
final class OutcomeCheck {
    /** How far a matching outcome is looked for behind records that are not expected. */
    private static final int LOOK_AHEAD = 256;

    private final Feed<Records.OfOutcome> outcomes;
    private final Findings findings;
    private final RealmFilter realms;
    private boolean isAligned;
    private long checked;
    private long unchecked;
    private long position;

    /** @param isTruncated outcomes before the first that is there are gone */
    OutcomeCheck(Feed<Records.OfOutcome> outcomes, boolean isTruncated, RealmFilter realms, Findings findings) {
        this.outcomes = outcomes;
        this.isAligned = !isTruncated;
        this.realms = realms;
        this.findings = findings;
    }

    /** Whether there is something left to compare with. */
    boolean isExhausted() {
        return isAligned && peek() == null;
    }

    void check(String realm, String id, LoggedEvent event, Answer expected) {
        if (!isAligned) {
            Records.OfOutcome first = peek();
            if (first == null || !isFor(first, realm, id, event.atMs()) || offset(first) != expected.offset()) {
                unchecked++;
                return;
            }
            isAligned = true;
        }
        int behind = 0;
        for (Records.OfOutcome record : outcomes.next(LOOK_AHEAD)) {
            boolean isNext = behind == 0 && isOf(record, realm, id);
            if (isNext || isFor(record, realm, id, event.atMs())) {
                for (int i = 0; i < behind; i++) {
                    extra(event.offset());
                }
                compare(realm, event, expected);
                return;
            }
            behind++;
        }
        findings.add(
                Difference.Kind.MISSING_OUTCOME,
                realm,
                event.offset(),
                "event " + id,
                Texts.of(expected),
                "no outcome",
                Topics.OUTCOMES.name());
    }

    /** Whatever comes after the outcome of the last event. */
    void end(long offset) {
        while (isAligned && peek() != null) {
            extra(offset);
        }
    }

    long checked() {
        return checked;
    }

    /** Answers older than the first outcome that is there. */
    long unchecked() {
        return unchecked;
    }

    /** Behind the last record that was compared. */
    long position() {
        return position;
    }

    private void compare(String realm, LoggedEvent event, Answer expected) {
        Records.OfOutcome record = take();
        Outcome found = record.outcome();
        checked++;
        if (found != null && !Same.is(expected, found)) {
            findings.add(
                    Difference.Kind.OUTCOME,
                    realm,
                    event.offset(),
                    "event " + found.getId(),
                    Texts.of(expected),
                    Texts.of(found),
                    findings.place(Topics.OUTCOMES.name(), record.position()));
        }
    }

    private void extra(long offset) {
        Records.OfOutcome record = take();
        Outcome found = record.outcome();
        if (found == null || realms.accepts(found.getRealm())) {
            findings.add(
                    Difference.Kind.EXTRA_OUTCOME,
                    found == null ? "-" : found.getRealm(),
                    found == null ? offset : Math.min(offset, Math.max(0, found.getOffset())),
                    found == null ? "a record" : "event " + found.getId(),
                    "one outcome an event, in the order of the events",
                    found == null ? "bytes that can't be read" : Texts.of(found),
                    findings.place(Topics.OUTCOMES.name(), record.position()));
        }
    }

    private Records.OfOutcome take() {
        Records.OfOutcome record = outcomes.take();
        if (record == null) {
            throw new IllegalStateException("an outcome was there and is not any more");
        }
        position = record.position() + 1;
        return record;
    }

    /** The next outcome of a realm that is looked at. */
    private Records.@Nullable OfOutcome peek() {
        Records.OfOutcome record = outcomes.peek();
        while (record != null
                && record.outcome() != null
                && !realms.accepts(record.outcome().getRealm())) {
            take();
            record = outcomes.peek();
        }
        return record;
    }

    private static boolean isOf(Records.OfOutcome record, String realm, String id) {
        Outcome outcome = record.outcome();
        return outcome != null
                && outcome.getId().equals(id)
                && outcome.getRealm().equals(realm);
    }

    private static boolean isFor(Records.OfOutcome record, String realm, String id, long atMs) {
        return record.atMs() == atMs && isOf(record, realm, id);
    }

    private static long offset(Records.OfOutcome record) {
        return record.outcome() == null ? -1 : record.outcome().getOffset();
    }
}
