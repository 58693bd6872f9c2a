package io.xylem.allocator.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.RealmSettings;
import io.xylem.balancing.Policies;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Headers;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.Readiness;
import io.xylem.schemas.avro.RealmConfigured;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.ServiceRemoved;
import io.xylem.schemas.avro.StateHash;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerAllocation;
import io.xylem.schemas.avro.WorkerJoined;
import io.xylem.schemas.avro.WorkerLeft;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wiring, names, keys, headers, serdes; the rules themselves are tested in the domain. */
@NullUnmarked // JUnit fills the fields
class AllocatorTopologyTest {
    private static final String S = "A.prod.S.prod";
    private static final AddressPlan PLAN = new AddressPlan(RealmSettings.defaults(Policies.load()));

    @TempDir
    private Path directory;

    private Driver driver;

    @BeforeEach
    void open() {
        driver = new Driver(directory, PLAN, 1);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void theTopologyIsAsItWas() throws IOException {
        try (InputStream golden = getClass().getResourceAsStream("topology.txt")) {
            assertThat(AllocatorTopology.build(
                                    Driver.config(directory), PLAN, 1, 1_000, new AllocatorMeters(driver.meters))
                            .describe()
                            .toString()
                            .strip())
                    .isEqualTo(new String(Objects.requireNonNull(golden).readAllBytes(), UTF_8).strip());
        }
    }

    @Test
    void anEventBecomesAllocationsAndAnOutcome() {
        driver.publish(AvroEvents.event("j", joined("w1")));
        TestRecord<String, Allocation> worker = driver.allocations().getFirst();
        assertThat(worker.key()).isEqualTo("main|worker|w1");
        assertThat(worker.value().getBody()).isInstanceOf(WorkerAllocation.class);
        assertThat(worker.value().getVersion()).isZero();
        assertThat(Headers.version(worker.headers())).isZero();
        TestRecord<String, Outcome> outcome = driver.outcomes().getFirst();
        assertThat(outcome.key()).isEqualTo("j");
        assertThat(outcome.value().getType()).isEqualTo("WorkerJoined");
        assertThat(outcome.value().getStatus()).isEqualTo(OutcomeStatus.ACCEPTED);
        assertThat(AvroWords.toModel(outcome.value().getSubnet()).toString()).isEqualTo("10.18.0.0/26 fc00::/120");
        assertThat(outcome.timestamp()).isEqualTo(driver.nowMs());
        assertThat(outcome.headers().toArray()).extracting(Header::key).containsExactly("traceparent");

        driver.publish(AvroEvents.event("r", new ServiceRegistered(S, List.of())));
        assertThat(driver.allocations().getFirst().key()).isEqualTo("main|service|" + S);
        assertThat(AvroWords.toModel(driver.outcome().getServiceIps()).toString())
                .isEqualTo("[ServiceIp[ipType=RR, address=10.30.0.1 fdff:2000::1]]");

        driver.publish(AvroEvents.event("s", new InstanceScheduled(S, 1, "w1", 1)));
        assertThat(driver.allocations().getFirst().key()).isEqualTo("main|instance|" + S + "|1");
        Outcome scheduled = driver.outcome();
        assertThat(AvroWords.toModel(scheduled.getInstanceIp()).toString()).isEqualTo("10.30.0.2 fdff::1");
        assertThat(AvroWords.toModel(scheduled.getNamespaceIp()).toString()).isEqualTo("10.18.0.1 fc00::1");
        assertThat(scheduled.getWorker()).isEqualTo("w1");

        driver.publish(AvroEvents.event("y", new InstanceReady(S, 1, "w1")));
        TestRecord<String, Allocation> ready = driver.allocations().getFirst();
        assertThat(((InstanceAllocation) ready.value().getBody()).getReadiness())
                .isEqualTo(Readiness.READY);
        assertThat(ready.value().getVersion()).isEqualTo(3);
        assertThat(Headers.version(ready.headers())).isEqualTo(3);
        assertThat(driver.outcome().getInstanceIp()).isNull();
    }

    @Test
    void everySoManyEventsOfARealmItsHashIsPublished() {
        driver.publish(AvroEvents.event("j", joined("w1")));
        driver.publish(AvroEvents.event("other", "j", joined("w1")));
        driver.publish(AvroEvents.event("j", joined("w1")));
        driver.publish(AvroEvents.event("r", new ServiceRegistered(S, List.of())));
        driver.publish(AvroEvents.event("x", new WorkerLeft("w9")));
        assertThat(driver.hashes()).isEmpty();
        driver.publish(AvroEvents.event("s", new InstanceScheduled(S, 1, "w1", 1)));
        List<TestRecord<String, StateHash>> hashes = driver.hashes();
        assertThat(hashes).extracting(TestRecord::key).containsExactly("main");
        // The repeated event and that of the other realm are not counted, the refused one is.
        assertThat(hashes.getFirst().value())
                .isEqualTo(new StateHash(
                        "main", 5L, 4L, "0b9a80f09ce1941ddc848028c4c4282d8ea7fae26ae2724106f006c9a6e12857"));
    }

    @Test
    void realmsHaveEqualAddressesSideBySideAndSettingsOfTheirOwn() {
        for (String realm : List.of("main", "other", "third")) {
            if (realm.equals("third")) {
                driver.publish(AvroEvents.event(
                        realm, "c", new RealmConfigured(Map.of("service.v4", "10.40.0.0/24", "rest.ms", "20000"))));
            }
            driver.publish(AvroEvents.event(realm, "j", joined("w1")));
            driver.publish(AvroEvents.event(realm, "r", new ServiceRegistered(S, List.of())));
        }
        assertThat(driver.outcomes())
                .filteredOn(outcome -> outcome.key().equals("r"))
                .extracting(outcome -> outcome.value().getRealm() + " "
                        + AvroWords.toModel(outcome.value().getServiceIps())
                                .getFirst()
                                .address())
                .containsExactly(
                        "main 10.30.0.1 fdff:2000::1", "other 10.30.0.1 fdff:2000::1", "third 10.40.0.1 fdff:2000::1");
        driver.publish(AvroEvents.event("x", new RealmConfigured(Map.of("colour", "blue"))));
        assertThat(driver.outcome().getCode()).isEqualTo("UNKNOWN_REALM_SETTING");
    }

    @Test
    void outcomesAndWhatIsHeldAreMetered() {
        driver.publish(AvroEvents.event("j", joined("w1")));
        driver.publish(AvroEvents.event("r", new ServiceRegistered(S, List.of())));
        driver.publish(AvroEvents.event("x", new WorkerLeft("w9")));
        assertThat(driver.meters
                        .get("xylem.allocator.outcomes")
                        .tag("status", "accepted")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(driver.meters
                        .get("xylem.allocator.outcomes")
                        .tag("code", "unknown_worker")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(driver.meters
                        .get("xylem.allocator.held")
                        .tags("realm", "main", "pool", "v4")
                        .gauge()
                        .value())
                .isEqualTo(1);
        driver.publish(AvroEvents.event("d", new ServiceRemoved(S)));
        assertThat(driver.meters
                        .get("xylem.allocator.held")
                        .tags("realm", "main", "pool", "v4")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void whatGoesIsTakenBackWithTheVersionInTheHeader() {
        driver.publish(AvroEvents.event("j", joined("w1")));
        driver.publish(AvroEvents.event("r", new ServiceRegistered(S, List.of())));
        driver.publish(AvroEvents.event("s", new InstanceScheduled(S, 1, "w1", 1)));
        driver.allocations();
        driver.publish(AvroEvents.event("l", new WorkerLeft("w1")));
        List<TestRecord<String, Allocation>> gone = driver.allocations();
        assertThat(gone).extracting(TestRecord::key).containsExactly("main|instance|" + S + "|1", "main|worker|w1");
        assertThat(gone).extracting(TestRecord::value).containsOnlyNulls();
        assertThat(gone).allMatch(record -> Headers.version(record.headers()) == 3);
    }

    @Test
    void whatHoldsAlreadyIsUnchangedAndARepeatedIdHasTheSameOutcome() {
        driver.publish(AvroEvents.event("j", joined("w1")));
        Outcome first = driver.outcome();
        driver.allocations();
        driver.publish(AvroEvents.event("other", joined("w1")));
        Outcome again = driver.outcome();
        assertThat(again.getUnchanged()).isTrue();
        assertThat(again.getSubnet()).isEqualTo(first.getSubnet());
        assertThat(again.getOffset()).isEqualTo(1);
        driver.publish(AvroEvents.event("j", joined("w1")));
        assertThat(driver.outcome()).isEqualTo(first);
        assertThat(driver.allocations()).isEmpty();
    }

    @Test
    void refusalsAreOutcomes() {
        driver.publish(AvroEvents.event("x", new InstanceRemoved(S, 1)));
        Outcome outcome = driver.outcome();
        assertThat(outcome.getStatus()).isEqualTo(OutcomeStatus.REJECTED);
        assertThat(outcome.getCode()).isEqualTo("UNKNOWN_SERVICE");
        assertThat(outcome.getMessage()).contains(S);
        assertThat(driver.allocations()).isEmpty();
    }

    @Test
    void anEventOutsideOfItsRealmsPartitionIsRefusedAndTouchesNoState() {
        driver.publish("other", AvroEvents.event("a", joined("w1")));
        assertThat(driver.outcome().getMessage()).contains("'main'").contains("'other'");
        driver.publish(AvroEvents.event("a|b", "c", joined("w1")));
        assertThat(driver.outcome().getCode()).isEqualTo("INVALID_NAME");
        assertThat(driver.stored()).isEmpty();
        // "main" belongs in partition 5 of 7; the driver has 0 only.
        driver.close();
        driver = new Driver(directory, PLAN, 7);
        driver.publish(AvroEvents.event("a", joined("w1")));
        assertThat(driver.outcome().getMessage()).contains("of 7, not in 0");
        assertThat(driver.stored()).isEmpty();
    }

    @Test
    void realmsAreApart() {
        driver.publish(AvroEvents.event("blue", "j", joined("w1")));
        driver.publish(AvroEvents.event("green", "j", joined("w1")));
        List<TestRecord<String, Outcome>> outcomes = driver.outcomes();
        assertThat(outcomes).extracting(record -> record.value().getRealm()).containsExactly("blue", "green");
        assertThat(outcomes.get(0).value().getSubnet())
                .isEqualTo(outcomes.get(1).value().getSubnet());
        assertThat(driver.stored().keySet()).allMatch(key -> key.startsWith("blue|") || key.startsWith("green|"));
    }

    @Test
    void bytesThatCantBeReadGoToTheDeadLettersAndTheLogGoesOn() {
        driver.publish(AvroEvents.event("j", joined("w1")));
        byte[] cut = {0, 0, 0, 0, 1, 8};
        byte[][] wrong = {new byte[0], {1, 2, 3}, "{\"type\":\"WorkerLeft\"}".getBytes(UTF_8), cut, {0, 0, 0, 99, 99, 1}
        };
        for (byte[] bytes : wrong) {
            driver.publishBytes("main", bytes);
        }
        driver.publishBytes("main", null);
        driver.publish(AvroEvents.event("k", joined("w2")));

        assertThat(driver.outcomes()).extracting(TestRecord::key).containsExactly("j", "k");
        List<TestRecord<byte[], byte[]>> dead = driver.deadLetters();
        assertThat(dead).hasSize(wrong.length + 1);
        for (int i = 0; i < wrong.length; i++) {
            assertThat(Arrays.equals(dead.get(i).value(), wrong[i])).isTrue();
            assertThat(header(dead.get(i), "__streams.errors.topic")).isEqualTo("xylem.deployment-events");
            assertThat(header(dead.get(i), "__streams.errors.offset")).isEqualTo(Integer.toString(i + 1));
        }
        assertThat(dead.getLast().value()).isNull();
    }

    private static String header(TestRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    @Test
    void aFaultInsideStopsTheAllocatorAndWritesNothing() {
        driver.publish(AvroEvents.event("j", joined("w1")));
        driver.outcomes();
        driver.corrupt("main|e|k");
        assertThatThrownBy(() -> driver.publish(AvroEvents.event("k", new WorkerLeft("w1"))))
                .hasStackTraceContaining("reads formats '2' and '3'");
        assertThat(driver.outcomes()).isEmpty();
    }

    private static WorkerJoined joined(String worker) {
        return new WorkerJoined(worker, "c1", new UnderlayEndpoint("192.168.77.1", 50103), null, null);
    }
}
