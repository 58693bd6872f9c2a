package io.xylem.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The compose set, from our images: the address plan's example with packets between containers; then a broker, the allocator
 * that decides and a worker are killed under traffic.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AcceptanceIT {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Path DOCKER = Path.of("..").toAbsolutePath().normalize();
    private static final Path COUNTS = Path.of("target", "counts").toAbsolutePath();
    private static final Path LOGS = Path.of("target", "acceptance-logs");
    private static final int CONNECTIONS = 10;
    /** Events between two blows. */
    private static final int EVENTS = 300;

    private final List<String> summary = new ArrayList<>();
    private @Nullable Engine engine;
    private @Nullable ComposeSet started;

    @BeforeAll
    void start() throws Exception {
        Path pki;
        try {
            engine = Engine.start(LOGS.resolve("engine.log"));
            long begin = System.nanoTime();
            Engine own = engine;
            CompletableFuture<Path> making =
                    inBackground(() -> Pki.make(own, DOCKER, LOGS.resolve("certificates.log")));
            engine.buildImages(LOGS.resolve("build.log"));
            pki = making.join();
            summary.add("images and certificates made in " + since(begin));
        } catch (Engine.Impossible e) {
            System.out.println(
                    "SKIPPED: the compose set needs a container engine, and none can run here: " + e.getMessage());
            abort(String.valueOf(e.getMessage()));
            return;
        }
        boolean version2 = engine.run(LOGS.resolve("compose.log"), "docker", "compose", "version") == 0;
        long begin = System.nanoTime();
        started = ComposeSet.start(
                version2,
                Map.of(
                        "XYLEM_KAFKA_IMAGE", "xylem/kafka",
                        "XYLEM_REGISTRY_IMAGE", "xylem/registry",
                        "XYLEM_PARTITIONS", "2",
                        "XYLEM_WORKER_PARTITIONS", "4",
                        "XYLEM_JVM_FLAGS", "-Xmx192m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                        "XYLEM_KAFKA_JVM_FLAGS", "-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                        "XYLEM_PKI", pki.toString(),
                        "ACCEPTANCE_CLASSES",
                                Path.of("target", "classes").toAbsolutePath().toString(),
                        "ACCEPTANCE_COUNTS", freshCountsDirectory().toString()),
                DOCKER.resolve("compose.yaml"),
                DOCKER.resolve("compose.secured.yaml"),
                Path.of("src", "test", "resources", "compose.acceptance.yaml").toAbsolutePath());
        for (String service : List.of("allocator-1", "allocator-2", "routing", "worker-1", "worker-2", "worker-3")) {
            awaitHealthy(service);
        }
        summary.add("from `up` until all is ready: " + since(begin));
        summary.add(new Example(set()).deploy());
        String answer = set().output(
                        "client",
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/" + Example.S + "/8000; echo >&3; read -r name <&3; echo $name");
        summary.add("from `up` to the first packet's answer, from " + answer.strip() + ": " + since(begin));
    }

    @AfterAll
    void stop() throws Exception {
        summary.forEach(line -> System.out.println("acceptance: " + line));
        if (engine == null) {
            return;
        }
        try (Engine ending = engine) {
            if (started != null) {
                for (String service : started.services()) {
                    ending.run(LOGS.resolve(service + ".log"), "docker", "logs", started.id(service));
                }
            }
        }
    }

    @Test
    void killingABrokerTheAllocatorAndAWorkerLosesNoEventAndBreaksNoOtherFlow() throws Exception {
        CompletableFuture<String> load = inBackground(
                () -> set().output("cli", "run", "io.xylem.acceptance.Load", "" + Example.NAMES, "/counts/load"));
        CompletableFuture<String> flows = inBackground(() -> set().output(
                        "client",
                        "run",
                        "io.xylem.acceptance.Flows",
                        "" + CONNECTIONS,
                        "/counts/flows",
                        Example.S,
                        Example.S_V6,
                        Example.S1,
                        Example.S2_V6,
                        Example.T1));
        patiently().until(() -> {
            check(load, flows);
            return counts().size() == 5
                    && counts().values().stream().allMatch(one -> one.open() == CONNECTIONS && one.fresh() > 0);
        });
        awaitEvents(EVENTS, load, flows);

        long begin = System.nanoTime();
        set().kill("kafka-2");
        awaitEvents(EVENTS, load, flows);
        summary.add("after the broker kafka-2 was killed, %d events took %s".formatted(EVENTS, since(begin)));
        set().start("kafka-2");
        awaitHealthy("kafka-2");

        String active = activeAllocator();
        begin = System.nanoTime();
        set().kill(active);
        awaitEvents(EVENTS, load, flows);
        summary.add("after %s, which decided, was killed, %d events took %s".formatted(active, EVENTS, since(begin)));
        set().start(active);

        begin = System.nanoTime();
        set().kill("worker-2");
        patiently().until(() -> {
            check(load, flows);
            return counts(Example.T1).broken() == CONNECTIONS;
        });
        long requests = counts(Example.S).requests();
        awaitEvents(EVENTS, load, flows);
        patiently().until(() -> counts(Example.S).requests() > requests + EVENTS);

        set().start("worker-2");
        long fresh = counts(Example.T1).fresh();
        patiently().until(() -> counts(Example.T1).fresh() > fresh + 5);
        summary.add(
                "worker-2 was killed, found dead by its clients, started, and had new connections in " + since(begin));

        Files.createFile(COUNTS.resolve("flows.stop"));
        ended(flows);
        Files.createFile(COUNTS.resolve("load.stop"));
        String[] events = ended(load).strip().split(" ", -1);
        Map<String, Counts> counts = counts();
        String audit = set().output("cli", "xylem", "audit", "verify");
        long taking = set().exec("cli", "xylem", "acls", "create", "--grant", "admin=operator")
                .getExitCode();
        var _ = set().output("cli", "xylem", "acls", "diff", "@grants.txt");

        summary.add("rights: as the catalogue says, and no more; who publishes may not give himself any");
        summary.add(
                "events: %s published, %s acknowledged, %s published again; %s lost, %s without outcome, %s with two"
                        .formatted((Object[]) events));
        counts.values()
                .forEach(one -> summary.add(
                        "flows to %s: %d held, %d broken, %d requests; %d new ones, %d failed; answered by %s"
                                .formatted(
                                        one.address().equals(Example.T1)
                                                ? Example.T1 + " (on worker-2)"
                                                : one.address(),
                                        one.open(),
                                        one.broken(),
                                        one.requests(),
                                        one.fresh(),
                                        one.failed(),
                                        one.servers())));
        audit.lines().forEach(line -> summary.add("audit: " + line));

        assertThat(taking).as("taking more rights").isNotZero();
        assertThat(List.of(events).subList(3, 6))
                .as("lost, without outcome, with two")
                .containsOnly("0");
        assertThat(counts.keySet()).isEqualTo(Set.of(Example.S, Example.S_V6, Example.S1, Example.S2_V6, Example.T1));
        assertThat(counts.values())
                .filteredOn(one -> !one.address().equals(Example.T1))
                .allSatisfy(one -> {
                    assertThat(one.broken()).as("broken to " + one.address()).isZero();
                    assertThat(one.failed()).as("failed to " + one.address()).isZero();
                });
        assertThat(counts(Example.S).servers()).containsExactly("s1", "s2");
        assertThat(counts(Example.S_V6).servers()).containsExactly("s1", "s2");
        assertThat(counts(Example.S1).servers()).containsExactly("s1");
        assertThat(counts(Example.S2_V6).servers()).containsExactly("s2");
    }

    /** Anybody in a container may write there. */
    private static Path freshCountsDirectory() throws IOException {
        Files.createDirectories(COUNTS);
        for (String old : List.of("load", "load.stop", "flows", "flows.stop")) {
            Files.deleteIfExists(COUNTS.resolve(old));
        }
        return Files.setPosixFilePermissions(COUNTS, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static String since(long begin) {
        return "%.0f s".formatted((System.nanoTime() - begin) / 1e9);
    }

    private static ConditionFactory patiently() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(300));
    }

    private String activeAllocator() throws IOException {
        return set().output("cli", "run", "io.xylem.acceptance.ActiveAllocator", "allocator-1", "allocator-2")
                .strip();
    }

    private void awaitHealthy(String service) {
        patiently().until(() -> set().health(service).equals("healthy"));
    }

    /** So many more events have their outcome. */
    private void awaitEvents(int more, CompletableFuture<?>... running) throws IOException {
        long enough = events() + more;
        patiently().until(() -> {
            check(running);
            return events() >= enough;
        });
    }

    private long events() throws IOException {
        Path file = COUNTS.resolve("load");
        return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : 0;
    }

    private Map<String, Counts> counts() throws IOException {
        Path file = COUNTS.resolve("flows");
        return Files.exists(file) ? Counts.read(Files.readString(file)) : Map.of();
    }

    private Counts counts(String address) throws IOException {
        Counts counts = counts().get(address);
        return counts == null ? new Counts(address, 0, 0, 0, 0, 0, List.of()) : counts;
    }

    /** @throws CompletionException if one of them has ended, with what it said */
    private static void check(CompletableFuture<?>... running) {
        for (CompletableFuture<?> one : running) {
            if (one.isDone()) {
                throw new IllegalStateException("it has ended too early: " + one.join());
            }
        }
    }

    private static String ended(CompletableFuture<String> running) {
        return running.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static <T> CompletableFuture<T> inBackground(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(work.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private ComposeSet set() {
        if (started == null) {
            throw new IllegalStateException("the set was not started");
        }
        return started;
    }
}
