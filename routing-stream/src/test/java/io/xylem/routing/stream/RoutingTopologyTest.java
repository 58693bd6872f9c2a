package io.xylem.routing.stream;

import static io.xylem.model.InstanceState.READY;
import static io.xylem.model.InstanceState.SCHEDULED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.xylem.routing.domain.Allocated;
import io.xylem.routing.domain.World;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RegistryFaults;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.Readiness;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceRoute;
import io.xylem.schemas.avro.WorkerStatus;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutingTopologyTest {
    private static final Allocated.Worker W1 = World.worker("w1", "192.168.77.1");
    private static final Allocated.Worker W2 = World.worker("w2", "192.168.77.2");
    private static final Allocated.Instance SCHEDULED1 = World.instance(World.S1, "w1", "10.18.30.65", SCHEDULED);
    private static final Allocated.Instance READY1 = World.instance(World.S1, "w1", "10.18.30.65", READY);
    private static final String S1_KEY = "main|instance|A.prod.S.prod|1";

    @TempDir
    Path directory;

    private Driven driven = new Driven(Path.of("unopened"));

    @BeforeEach
    void open() {
        driven.close();
        driven = new Driven(directory);
    }

    @AfterEach
    void close() {
        driven.close();
    }

    @Test
    void theTopologyIsTheOneThatRunningClustersHave() throws IOException {
        String golden = "src/test/resources/topology.txt";
        assertThat(RoutingTopology.build(
                                driven.config,
                                new RoutingCounters(driven.meters),
                                driven.board,
                                Beat.DEFAULT,
                                Driven.BY_LOAD::equals)
                        .describe()
                        .toString())
                .as("a changed name orphans stores and offsets of running clusters; if it must be, change %s", golden)
                .isEqualTo(Files.readString(Path.of(golden)));
    }

    @Test
    void allocationsBecomeRoutesUnderTheirKeysWithTheirVersions() {
        driven.give(1, W1);
        driven.give(2, World.service());
        driven.give(3, SCHEDULED1);
        driven.give(4, READY1);
        driven.takeBack(5, READY1);
        driven.takeBack(6, World.service());

        List<TestRecord<String, Route>> routes = driven.readRoutes();
        assertThat(routes)
                .extracting(TestRecord::key, record -> Headers.version(record.headers()))
                .containsExactly(
                        tuple("main|service|A.prod.S.prod", 2L),
                        tuple(S1_KEY, 3L),
                        tuple(S1_KEY, 4L),
                        tuple(S1_KEY, 5L),
                        tuple("main|service|A.prod.S.prod", 6L));
        assertThat(((ServiceRoute) routes.get(0).value().getBody()).getServiceIps())
                .singleElement()
                .satisfies(ip -> assertThat(ip.getIpType()).isEqualTo("RR"));
        InstanceRoute ready = (InstanceRoute) routes.get(2).value().getBody();
        assertThat(ready.getReadiness()).isEqualTo(Readiness.READY);
        assertThat(ready.getWorker()).isEqualTo("w1");
        assertThat(ready.getUnderlay().getAddress()).isEqualTo("192.168.77.1");
        assertThat(ready.getZone()).isEqualTo("eu-1");
        assertThat(routes.get(2).value().getVersion()).isEqualTo(4);
        assertThat(routes.subList(3, 5)).extracting(TestRecord::value).containsOnlyNulls();
    }

    @Test
    void aWorkerThatMovesReissuesItsRoutesFromTheStore() {
        driven.give(1, W1);
        driven.give(2, W2);
        driven.give(3, READY1);
        driven.give(4, World.instance(World.S2, "w2", "10.18.30.129", READY));
        driven.readRoutes();
        driven.give(5, World.worker("w1", "192.168.77.9"));

        assertThat(driven.readRoutes()).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo(S1_KEY);
            assertThat(Headers.version(record.headers())).isEqualTo(5);
            assertThat(((InstanceRoute) record.value().getBody()).getUnderlay().getAddress())
                    .isEqualTo("192.168.77.9");
        });
    }

    @Test
    void realmsDontMix() {
        driven.give(1, W1);
        driven.give(2, READY1);
        driven.readRoutes();
        driven.send(
                Keys.worker("other", "w1"),
                3,
                AllocationRecords.toAvro("other", 3, World.worker("w1", "192.168.77.9")));
        assertThat(driven.readRoutes()).isEmpty();
    }

    @Test
    void theHostsReportBecomesAnEventOfTheRealm() {
        driven.give(1, W1);
        driven.give(3, SCHEDULED1);
        driven.report(S1_KEY, "w1", new InstanceReport("A.prod.S.prod", 1, true, "", 3L));
        driven.report(S1_KEY, "w1", new InstanceReport("A.prod.S.prod", 1, false, "probe failed", 3L));

        List<TestRecord<String, DeploymentEvent>> events = driven.observations.readRecordsToList();
        assertThat(events).extracting(TestRecord::key).containsExactly("main", "main");
        assertThat(events)
                .extracting(TestRecord::value)
                .containsExactly(
                        new DeploymentEvent(
                                "main",
                                "obs-w1-A.prod.S.prod-1-3-ready-0",
                                1_000L,
                                new InstanceReady("A.prod.S.prod", 1, "w1")),
                        new DeploymentEvent(
                                "main",
                                "obs-w1-A.prod.S.prod-1-3-unready-1",
                                1_000L,
                                new InstanceUnready("A.prod.S.prod", 1, "probe failed", "w1")));
        assertThat(driven.count("xylem.routing.reports", "verdict", "believed")).isEqualTo(2);
    }

    @Test
    void aReportOfAWorkerThatDoesNotHostTheInstanceIsCountedAndGoesNoFurther() {
        driven.give(1, W1);
        driven.give(2, W2);
        driven.give(3, SCHEDULED1);
        driven.report(S1_KEY, "w2", new InstanceReport("A.prod.S.prod", 1, true, "", 3L));
        driven.report("main|instance|A.prod.S.prod|7", "w1", new InstanceReport("A.prod.S.prod", 7, true, "", 3L));

        assertThat(driven.observations.isEmpty()).isTrue();
        assertThat(driven.count("xylem.routing.reports", "verdict", "hosted_elsewhere"))
                .isEqualTo(1);
        assertThat(driven.count("xylem.routing.reports", "verdict", "unknown_instance"))
                .isEqualTo(1);
        assertThat(driven.deadLetters.isEmpty()).isTrue();
    }

    @Test
    void heartbeatsAreCounted() {
        driven.status.pipeInput(
                "main|worker|w1", new WorkerStatus("main", "w1", 1_000L, new Heartbeat(7L, "broadcast")));
        assertThat(driven.observations.isEmpty()).isTrue();
        assertThat(driven.meters.get("xylem.routing.heartbeats").counter().count())
                .isEqualTo(1);
    }

    @Test
    void bytesThatCantBeReadBecomeDeadLettersAndTheNextRecordIsHandled() {
        driven.bytes(Topics.ALLOCATIONS.name(), "main|worker|w1", new byte[] {0, 0, 0, 0, 99, 1, 2});
        driven.bytes(Topics.ALLOCATIONS.name(), "main|worker|w1", "no avro".getBytes(UTF_8));
        driven.bytes(Topics.WORKER_STATUS.name(), "main|worker|w1", new byte[] {0});
        driven.give(1, W1);
        driven.give(2, READY1);

        List<TestRecord<byte[], byte[]>> letters = driven.deadLetters.readRecordsToList();
        assertThat(letters)
                .extracting(letter -> header(letter, "__streams.errors.topic"))
                .containsExactly(Topics.ALLOCATIONS.name(), Topics.ALLOCATIONS.name(), Topics.WORKER_STATUS.name());
        assertThat(letters.get(1).key()).isEqualTo("main|worker|w1".getBytes(UTF_8));
        assertThat(letters.get(1).value()).isEqualTo("no avro".getBytes(UTF_8));
        assertThat(header(letters.get(1), "__streams.errors.offset")).isEqualTo("1");
        assertThat(header(letters.get(1), "__streams.errors.exception")).isNotEmpty();
        assertThat(driven.readRoutes()).hasSize(1);
    }

    @Test
    void aRegistryThatIsAwayMakesNoDeadLetters(@TempDir Path other) {
        try (Driven away = new Driven(other, UnreachableRegistrySerde.class)) {
            assertThatThrownBy(
                            () -> away.bytes(Topics.ALLOCATIONS.name(), "main|worker|w1", new byte[] {0, 0, 0, 0, 1}))
                    .matches(RegistryFaults::passes);
            assertThat(away.deadLetters.isEmpty()).isTrue();
        }
    }

    /** Fails as Confluent's does when its client reaches nobody. */
    public static final class UnreachableRegistrySerde extends Serdes.WrapperSerde<Object> {
        public UnreachableRegistrySerde() {
            super((_, _) -> new byte[0], (_, _) -> {
                throw new SerializationException("registry", new ConnectException("refused"));
            });
        }
    }

    @Test
    void recordsThatMakeNoSenseBecomeDeadLettersThatSayWhy() {
        driven.give(1, W1);
        driven.allocations.pipeInput("main|worker|w1", null); // no version
        driven.send("main|gadget|w1", 2, null);
        driven.send("main|worker|w2", 2, AllocationRecords.toAvro("main", 2, W1)); // another's key
        driven.send("main|worker|w1", 3, AllocationRecords.toAvro("main", 2, W1)); // another version
        driven.report("main|worker|w1", "w1", new InstanceReport("A.prod.S.prod", 1, true, "", 3L));
        driven.report(S1_KEY, "w1", new InstanceReport("A.prod.S", 1, true, "", 3L));

        assertThat(driven.deadLetters.readRecordsToList())
                .extracting(letter -> header(letter, "__streams.errors.message"))
                .satisfiesExactly(
                        message -> assertThat(message).contains("xylem-version"),
                        message -> assertThat(message).contains("main|gadget|w1", "realm|worker|name"),
                        message -> assertThat(message).contains("main|worker|w2"),
                        message -> assertThat(message).contains("version 3"),
                        message -> assertThat(message).contains("main|worker|w1"),
                        message -> assertThat(message).contains("A.prod.S"));
        assertThat(driven.readRoutes()).isEmpty();
        assertThat(driven.observations.isEmpty()).isTrue();
    }

    @Test
    void aRepeatedLogGivesTheSameRoutes() {
        Map<String, TestRecord<String, Route>> once = tell();
        Map<String, TestRecord<String, Route>> twice = tell();
        assertThat(twice.keySet()).isEqualTo(once.keySet());
        once.forEach((key, record) -> assertThat(
                        Objects.requireNonNull(twice.get(key)).value())
                .as(key)
                .isEqualTo(record.value()));
        assertThat(driven.count("xylem.routing.allocations", "age", "older_than_known"))
                .isPositive();
    }

    private Map<String, TestRecord<String, Route>> tell() {
        driven.give(1, W1);
        driven.give(2, World.service());
        driven.give(3, SCHEDULED1);
        driven.give(4, World.instance(World.S2, "w1", "10.18.30.66", READY));
        driven.give(5, READY1);
        driven.takeBack(6, World.instance(World.S2, "w1", "10.18.30.66", READY));
        Map<String, TestRecord<String, Route>> last = new TreeMap<>();
        driven.readRoutes().forEach(record -> last.put(record.key(), record));
        return last;
    }

    private static String header(TestRecord<?, ?> record, String name) {
        Header header = Objects.requireNonNull(record.headers().lastHeader(name), name);
        return new String(header.value(), UTF_8);
    }
}
