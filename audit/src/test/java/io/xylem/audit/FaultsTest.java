package io.xylem.audit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.schemas.RegistryAvroDeserializer;
import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.RealmConfigured;
import io.xylem.schemas.avro.ServiceAllocation;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Faults planted into a clean log: each is found, and named with the offset of the event where it begins. */
class FaultsTest {
    private final Log log = Log.ofDefaults();

    /** Avro copies only classes that somebody vouched for; the deserializer does. */
    @BeforeAll
    static void trustTheGeneratedClasses() {
        try (var deserializer = new RegistryAvroDeserializer<Outcome>()) {
            assertThat(deserializer.deserialize("none", null)).isNull();
        }
    }

    /** Offsets: 0 worker, 1 service, 2 to 4 instances 1 to 3, 5 instance 1 ready, 6 instance 2 removed. */
    @BeforeEach
    void aCleanLog() {
        log.send(Log.joined("w1"));
        log.send(Log.registered(Log.S));
        for (int i = 1; i <= 3; i++) {
            log.send(Log.scheduled(Log.S, i, "w1"));
        }
        log.send(new InstanceReady(Log.S, 1, null));
        log.send(Log.removed(Log.S, 2));
        assertThat(log.verify().inOrder()).isEmpty();
    }

    @Test
    void aCompactedLogIsCleanToo() {
        log.compact();
        assertThat(log.allocations).hasSize(5);
        assertThat(log.verify().inOrder()).isEmpty();
    }

    @Test
    void aDuplicateInARecordOfItsEvent() {
        InstanceAllocation first = instance(2);
        InstanceAllocation third = instance(4);
        tamper(
                4,
                InstanceAllocation.newBuilder(third)
                        .setInstanceIp(first.getInstanceIp())
                        .build());
        assertThat(log.verify().inOrder())
                .extracting(Difference::kind, Difference::offset, Difference::about, Difference::found)
                .contains(org.assertj.core.groups.Tuple.tuple(
                        Difference.Kind.DUPLICATE,
                        4L,
                        "10.30.0.2",
                        "two owners: instance A.prod.S.prod#1 and instance A.prod.S.prod#3"));
        assertThat(first().kind()).isEqualTo(Difference.Kind.ALLOCATION);
        assertThat(first().offset()).isEqualTo(4);
    }

    @Test
    void aDuplicateThatSomebodyElseAppended() {
        InstanceAllocation first = instance(2);
        InstanceAllocation body =
                InstanceAllocation.newBuilder(first).setInstance(9).build();
        log.allocate("main|instance|A.prod.S.prod|9", 5, new Allocation("main", 5L, body));
        assertThat(log.verify().inOrder())
                .extracting(Difference::kind)
                .contains(Difference.Kind.EXTRA_ALLOCATION, Difference.Kind.DUPLICATE);
        assertThat(first().offset()).isEqualTo(5);
        assertThat(first().where()).isEqualTo("xylem.allocations[0]@7");
    }

    @Test
    void aLeak() {
        log.allocations.removeLast();
        assertThat(log.verify().inOrder()).singleElement().satisfies(leak -> {
            assertThat(leak.kind()).isEqualTo(Difference.Kind.LEAK);
            assertThat(leak.offset()).isEqualTo(6);
            assertThat(leak.about()).isEqualTo("instance A.prod.S.prod#2");
        });
    }

    @Test
    void aTamperedOutcome() {
        Outcome second = outcome(3);
        Outcome third = outcome(4);
        log.outcomes.set(
                4,
                new Records.OfOutcome(
                        4,
                        log.outcomes.get(4).atMs(),
                        Outcome.newBuilder(third)
                                .setInstanceIp(second.getInstanceIp())
                                .build()));
        assertThat(log.verify().inOrder()).singleElement().satisfies(difference -> {
            assertThat(difference.kind()).isEqualTo(Difference.Kind.OUTCOME);
            assertThat(difference.offset()).isEqualTo(4);
            assertThat(difference.expected()).contains("instanceIp 10.30.0.4 fdff::3");
            assertThat(difference.found()).contains("10.30.0.3");
        });
    }

    @Test
    void anotherCode() {
        Outcome refused = log.send(Log.scheduled(Log.S, 2, "w1"));
        log.outcomes.set(
                7,
                new Records.OfOutcome(
                        7,
                        log.nowMs,
                        Outcome.newBuilder(refused).setCode("UNKNOWN_WORKER").build()));
        assertThat(first().expected()).contains("INSTANCE_NUMBER_REUSED");
        assertThat(first().offset()).isEqualTo(7);
    }

    @Test
    void aMissingAndASecondOutcome() {
        Records.OfOutcome taken = log.outcomes.remove(2);
        assertThat(first().kind()).isEqualTo(Difference.Kind.MISSING_OUTCOME);
        assertThat(first().offset()).isEqualTo(2);
        log.outcomes.add(2, taken);
        log.outcomes.add(3, taken);
        assertThat(log.verify().inOrder()).singleElement().satisfies(extra -> {
            assertThat(extra.kind()).isEqualTo(Difference.Kind.EXTRA_OUTCOME);
            assertThat(extra.offset()).isEqualTo(2);
        });
    }

    @Test
    void aMissingAllocation() {
        log.allocations.remove(4);
        assertThat(first().kind()).isEqualTo(Difference.Kind.MISSING_ALLOCATION);
        assertThat(first().offset()).isEqualTo(4);
    }

    @Test
    void anEventWithoutAnOutcomeYetIsNoDifference() {
        log.outcomes.removeLast();
        Findings findings = new Findings(0);
        Report.OfPartition report = log.run(findings, RealmFilter.ALL);
        assertThat(findings.inOrder()).isEmpty();
        assertThat(report.pending()).isEqualTo(1);
        assertThat(report.end()).isEqualTo(6);
    }

    @Test
    void outcomesThatAreDeletedByNowAreNotMissed() {
        log.outcomes.subList(0, 3).clear();
        Findings findings = new Findings(0);
        Report.OfPartition report = log.run(findings, RealmFilter.ALL, true);
        assertThat(findings.inOrder()).isEmpty();
        assertThat(report.unchecked()).isEqualTo(3);
        assertThat(report.outcomes()).isEqualTo(4);
    }

    @Test
    void aHashThatIsNotThatOfTheState() {
        log.hashes.add(new Records.OfHash(0, "main", 3, 4, "0".repeat(64)));
        assertThat(first().kind()).isEqualTo(Difference.Kind.HASH);
        assertThat(first().offset()).isEqualTo(3);
        String right = first().expected().substring(0, 64);
        log.hashes.set(0, new Records.OfHash(0, "main", 3, 4, right));
        assertThat(log.verify().inOrder()).isEmpty();
        log.hashes.set(0, new Records.OfHash(0, "main", 3, 5, right));
        assertThat(first().found()).contains("after 5 events");
    }

    @Test
    void whatIsPlantedBehindASettingsEvent() {
        log.send(new RealmConfigured(Map.of("service.v4", "10.30.0.0/16,10.40.0.0/16", "rest.ms", "20000")));
        log.send(Log.registered(
                "B.prod.B.prod",
                AddressRequest.newBuilder().setPolicy("RR").setV4("10.40.0.7").build()));
        assertThat(log.verify().inOrder()).isEmpty();
        Outcome configured = outcome(7);
        log.outcomes.set(
                7,
                new Records.OfOutcome(
                        7,
                        log.nowMs - 1,
                        Outcome.newBuilder(configured).setUnchanged(true).build()));
        ServiceAllocation body = (ServiceAllocation)
                requireNonNull(log.allocations.get(7).allocation()).getBody();
        log.allocate(
                "main|service|C.prod.C.prod",
                8,
                new Allocation(
                        "main",
                        8L,
                        ServiceAllocation.newBuilder(body)
                                .setService("C.prod.C.prod")
                                .build()));
        assertThat(log.verify().inOrder())
                .extracting(Difference::kind, Difference::offset)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Difference.Kind.OUTCOME, 7L),
                        org.assertj.core.groups.Tuple.tuple(Difference.Kind.EXTRA_ALLOCATION, 8L),
                        org.assertj.core.groups.Tuple.tuple(Difference.Kind.DUPLICATE, 8L),
                        org.assertj.core.groups.Tuple.tuple(Difference.Kind.DUPLICATE, 8L));
    }

    private Difference first() {
        return log.verify().inOrder().getFirst();
    }

    private Outcome outcome(int position) {
        return requireNonNull(log.outcomes.get(position).outcome());
    }

    private InstanceAllocation instance(int position) {
        return (InstanceAllocation)
                requireNonNull(log.allocations.get(position).allocation()).getBody();
    }

    private void tamper(int position, Object body) {
        Records.OfAllocation record = log.allocations.get(position);
        log.allocations.set(
                position,
                new Records.OfAllocation(
                        position, record.key(), record.version(), new Allocation("main", (long) position, body), true));
    }
}
