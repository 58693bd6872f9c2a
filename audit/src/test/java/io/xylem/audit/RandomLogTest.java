package io.xylem.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the real allocator says of random events is what the checker derives. {@code -Dseed= -Devents=} */
class RandomLogTest {
    @Test
    void aLogOfTheRealAllocatorIsClean() {
        RandomBodies bodies = new RandomBodies(RandomBodies.seed(getClass()));
        Log log = Log.ofSmallPools();
        Set<String> codes = new HashSet<>();
        int configured = 0;
        int count = Integer.getInteger("events", 30_000);
        for (int i = 0; i < count; i++) {
            log.nowMs += bodies.stepMs();
            Outcome outcome = log.send(bodies.realm(), bodies.id(i), bodies.next(i));
            codes.add(String.valueOf(outcome.getCode()));
            if (outcome.getType().equals("RealmConfigured")
                    && outcome.getStatus() == OutcomeStatus.ACCEPTED
                    && !outcome.getUnchanged()) {
                configured++;
            }
        }
        Findings findings = new Findings(0);
        Report.OfPartition report = log.run(findings, RealmFilter.ALL);
        assertThat(findings.inOrder()).isEmpty();
        assertThat(report.events()).isEqualTo(count);
        assertThat(report.outcomes()).isEqualTo(count);
        assertThat(report.repeated()).isPositive();
        assertThat(report.allocations()).isEqualTo(log.allocations.size());
        assertThat(codes)
                .as("the events meet the refusals")
                .contains(
                        "MALFORMED_EVENT",
                        "INVALID_NAME",
                        "UNKNOWN_POLICY",
                        "UNKNOWN_WORKER",
                        "UNKNOWN_SERVICE",
                        "UNKNOWN_INSTANCE",
                        "ADDRESS_OUT_OF_RANGE",
                        "ADDRESS_TAKEN",
                        "POOL_EXHAUSTED",
                        "WORKER_FULL",
                        "WORKER_POOL_EXHAUSTED",
                        "SERVICE_HAS_INSTANCES",
                        "CONFLICTING_REDEFINITION",
                        "INSTANCE_NUMBER_REUSED",
                        "INSTANCE_IS_DRAINING",
                        "INSTANCE_ELSEWHERE",
                        "UNKNOWN_REALM_SETTING",
                        "POOL_IN_USE");
        assertThat(configured).as("settings that were accepted").isGreaterThan(20);
        assertThat(report.hashes()).isEqualTo(log.hashes.size()).isPositive();
    }
}
