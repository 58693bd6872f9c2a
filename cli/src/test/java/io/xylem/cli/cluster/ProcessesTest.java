package io.xylem.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.xylem.broker.FreePorts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lets `down` end its own processes and nobody else's. */
class ProcessesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path dir;

    @Test
    void aChildLivesUntilItIsStopped() throws Exception {
        Child child = Child.start("sleeper", List.of("sleep", "600"), dir.resolve("log"));
        try {
            assertThat(child.alive()).isTrue();
            // It has a session of its own: a Ctrl-C at the terminal does not reach it.
            await().until(() -> field(child.pid(), 3).equals(Long.toString(child.pid())));
        } finally {
            child.stop(PATIENCE);
        }
        assertThat(child.alive()).isFalse();
        child.stop(PATIENCE);
    }

    @Test
    void aDeafChildIsEndedByForce() throws Exception {
        Path log = dir.resolve("log");
        Child child =
                Child.start("deaf", List.of("sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"), log);
        await().until(() -> Files.readString(log).contains("deaf"));
        child.stop(Duration.ofMillis(100));
        await().until(() -> !child.alive());
    }

    @Test
    void anotherProcessUnderTheSamePidIsNotOurs() {
        long own = ProcessHandle.current().pid();
        var stranger = new Child("broker", own, 1, "log");
        assertThat(stranger.alive()).isFalse();
        stranger.stop(Duration.ZERO); // were it not so, this JVM would end here
    }

    @Test
    void theTailOfALogIsItsLastLines() throws Exception {
        Path log = dir.resolve("log");
        Child child = Child.start("counter", List.of("seq", "1", "100000"), log);
        await().until(() -> !child.alive());
        assertThat(child.tail().lines()).hasSize(20).last().isEqualTo("100000");
    }

    @Test
    void aStateIsReadAsItWasWritten() throws Exception {
        assertThat(ClusterState.read(dir)).isEmpty();
        var state = new ClusterState(
                "a1b2",
                new ClusterState.Ports(1, 2, 3, 4, 5, 6),
                List.of(new ClusterState.Worker("w1", 1, "xyl-a1b2-w1", 7)),
                List.of(new Child("broker", 42, 43, "/tmp/log")));
        state.write(dir);
        assertThat(ClusterState.read(dir)).contains(state);
        assertThat(state.worker("w1").orElseThrow().underlayAddress()).isEqualTo("192.168.77.1");
    }

    @Test
    void aTakenPortIsNotGiven() throws Exception {
        var ports = new FreePorts();
        int first = ports.next();
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), first));
            assertThat(new FreePorts().again(first)).isNotEqualTo(first);
        }
        assertThat(new FreePorts().again(first)).isEqualTo(first);
        assertThat(ports.again(first)).as("given before").isNotEqualTo(first);
    }

    @Test
    void theFirstFailureOfSideBySideStepsIsToldAndEndsTheOthers() {
        var steps = new Steps();
        Steps.Step slow = steps.go(() -> {
            if (!Await.until(PATIENCE, () -> false)) {
                throw new ClusterException("interrupted or too late");
            }
        });
        steps.go(() -> {
            throw new ClusterException("the broker ended");
        });
        steps.go(slow::await);
        assertThatThrownBy(steps::join).isInstanceOf(ClusterException.class).hasMessage("the broker ended");
    }

    @Test
    void aStepAfterAFailureIsNotBegun() {
        var steps = new Steps();
        Steps.Step failing = steps.go(() -> {
            throw new ClusterException("the broker ended");
        });
        assertThatThrownBy(failing::await).isInstanceOf(ClusterException.class);
        Steps.Step late = steps.go(() -> {
            throw new AssertionError("begun");
        });
        assertThatThrownBy(late::await).hasMessage("an earlier step failed");
        assertThatThrownBy(steps::join).hasMessage("the broker ended");
    }

    private static String field(long pid, int afterName) throws Exception {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[afterName];
    }
}
