package io.xylem.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.cli.Cli;
import io.xylem.cli.SharedCluster;
import io.xylem.publish.XylemPublisher;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exactly once under fire: two allocator processes that stand by for each other are killed with SIGKILL at random
 * moments under load, some are stopped until the other has taken over and then go on, and the broker is restarted once.
 * Afterwards every event has one outcome, in order, every record is byte for byte what one undisturbed allocator makes
 * of the same log, and the audit finds the log clean. Nothing but the kills ended a process.
 *
 * <p>{@code -Dseed=} repeats the log and the choices (the moments are the machine's), {@code -Dkills=500} is the long run.
 */
class CrashIT {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int KILLS = Integer.getInteger("kills", 20);
    private static final int EVENTS_PER_KILL = 600;
    private static final int TAKE_OVER_EVERY = 7;
    private static final int PAUSE_EVERY = 9;
    private static final List<String> ALLOCATORS = List.of("a", "b");
    private static final XylemPublisher.Limits LIMITS = new XylemPublisher.Limits(4096, FireCluster.PATIENCE);

    private final Random random = new Random(SEED);
    private final List<String> realms = IntStream.range(0, FireCluster.PARTITIONS)
            .mapToObj(CrashIT::realmOf)
            .toList();
    private final List<MixedEvents> sources = realms.stream()
            .map(realm -> new MixedEvents(realm, random.nextLong()))
            .toList();
    private final List<List<DeploymentEvent>> published = realms.stream()
            .map(realm -> (List<DeploymentEvent>) new ArrayList<DeploymentEvent>())
            .toList();
    private final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();

    @TempDir
    Path dir;

    @Test
    void everyEventHasOneOutcomeAndTheAddressesOfAnUndisturbedRun() throws Exception {
        System.out.println("CrashIT -Dseed=" + SEED + " -Dkills=" + KILLS);
        String registry = SharedCluster.state().registryUrl();
        try (var cluster = new FireCluster(dir.resolve("fire"), registry)) {
            long seen = underFire(cluster);
            TopicLog events = TopicLog.read(Topics.DEPLOYMENT_EVENTS, cluster.clients());
            TopicLog fire = TopicLog.read(Topics.OUTCOMES, cluster.clients());
            TopicLog fireAllocations = TopicLog.read(Topics.ALLOCATIONS, cluster.clients());
            System.out.printf(
                    "CrashIT: %d kills, %d pauses, 1 broker restart, %d events, %d accepted, %d allocation records;"
                            + " %d outcomes of killed transactions were taken back%n",
                    KILLS, KILLS / PAUSE_EVERY, events.size(), accepted(), fireAllocations.size(), seen - fire.size());
            for (int partition = 0; partition < FireCluster.PARTITIONS; partition++) {
                List<String> ids = published.get(partition).stream()
                        .map(DeploymentEvent::getId)
                        .toList();
                assertThat(fire.keys(partition))
                        .as("an outcome each, in the order of the events")
                        .isEqualTo(ids);
                assertThat(events.size(partition))
                        .as("the log has what was published")
                        .isEqualTo(ids.size());
            }
            assertThat(accepted()).isBetween(events.size() / 5, events.size() * 4 / 5);
            assertThat(seen).as("some kills hit open transactions").isGreaterThan(fire.size());
            cluster.endAllocators(); // what they say from here on would be no part of what was read
            assertClean(cluster);
            assertSameUndisturbed(
                    events, fire, fireAllocations, TopicLog.read(Topics.STATE_HASHES, cluster.clients()), registry);
        }
    }

    /** The audit replays the log with rules of its own. */
    private void assertClean(FireCluster cluster) throws Exception {
        Cli.Result audit = cluster.audit("verify", "--from-start", "-o", "json");
        assertThat(audit.status()).as(audit.out() + audit.err()).isZero();
        JsonNode report = new ObjectMapper().readTree(audit.out());
        assertThat(report.path("clean").asBoolean()).isTrue();
        assertThat(report.path("partitions")).hasSize(FireCluster.PARTITIONS);
        for (JsonNode partition : report.path("partitions")) {
            int events = published.get(partition.path("partition").asInt()).size();
            assertThat(partition.path("events").asInt()).isEqualTo(events);
            assertThat(partition.path("outcomes").asInt()).isEqualTo(events);
            assertThat(partition.path("pending").asInt()).isZero();
            assertThat(partition.path("hashes").asInt()).isPositive();
        }
    }

    /** @return how many outcomes were written, those of transactions that were then aborted included */
    private long underFire(FireCluster cluster) throws Exception {
        for (String allocator : ALLOCATORS) {
            start(cluster, allocator);
        }
        try (var publisher = new XylemPublisher(cluster.clients(), cluster.clients(), LIMITS);
                var written = new Written(Topics.OUTCOMES, cluster)) {
            awaitReady(cluster);
            for (int kill = 1; kill <= KILLS; kill++) {
                // A third of the kills hits allocators at work, the others also such that start, restore or rebalance.
                if (random.nextInt(3) == 0) {
                    awaitReady(cluster);
                }
                publish(publisher);
                if (kill == KILLS / 2) {
                    cluster.restartBroker();
                }
                written.awaitMore(random.nextInt(FireCluster.PARTITIONS), 1 + random.nextInt(EVENTS_PER_KILL / 4));
                String victim = ALLOCATORS.get(random.nextInt(ALLOCATORS.size()));
                cluster.kill(victim);
                if (kill % TAKE_OVER_EVERY == 0) {
                    awaitTakeOver(publisher, written);
                }
                start(cluster, victim);
                if (kill % PAUSE_EVERY == 0) {
                    awaitReady(cluster);
                    cluster.pause(victim);
                    awaitTakeOver(publisher, written);
                    cluster.resume(victim); // with a transaction and tasks that are no longer its own
                }
            }
            var all = CompletableFuture.allOf(outcomes.toArray(new CompletableFuture<?>[0]));
            cluster.await("all outcomes", all::isDone);
            all.join();
            written.drain();
            return written.total();
        }
    }

    /** The other one goes on in each partition. */
    private void awaitTakeOver(XylemPublisher publisher, Written written) {
        written.drain();
        publish(publisher);
        written.awaitMoreInEach();
    }

    /** Restarts keep their membership, so that they do not wait for the session of their predecessor to end. */
    private static void start(FireCluster cluster, String allocator) throws Exception {
        cluster.startAllocator(
                allocator,
                Map.of(
                        "num.standby.replicas", "1",
                        "consumer.group.instance.id", allocator,
                        "consumer.session.timeout.ms", "6000",
                        "consumer.heartbeat.interval.ms", "1000",
                        "producer.transaction.timeout.ms", "6000"));
    }

    private static void awaitReady(FireCluster cluster) {
        cluster.await("both allocators ready", () -> ALLOCATORS.stream().allMatch(cluster::isReady));
    }

    private void publish(XylemPublisher publisher) {
        for (int i = 0; i < EVENTS_PER_KILL; i++) {
            int partition = i % FireCluster.PARTITIONS;
            DeploymentEvent event = sources.get(partition).next();
            published.get(partition).add(event);
            outcomes.add(publisher.publish(event));
        }
    }

    private int accepted() {
        return (int) outcomes.stream()
                .filter(outcome -> outcome.join().getStatus() == OutcomeStatus.ACCEPTED)
                .count();
    }

    private void assertSameUndisturbed(
            TopicLog events, TopicLog fire, TopicLog fireAllocations, TopicLog fireHashes, String registry)
            throws Exception {
        try (var calm = UndisturbedRun.of(events, dir.resolve("calm"), registry, Map.of())) {
            assertSame(Topics.OUTCOMES, fire, calm);
            assertSame(Topics.ALLOCATIONS, fireAllocations, calm);
            assertSame(Topics.STATE_HASHES, fireHashes, calm);
        }
    }

    private static void assertSame(Topic<?> topic, TopicLog fire, UndisturbedRun calm) {
        TopicLog undisturbed = calm.read(topic);
        for (int partition = 0; partition < FireCluster.PARTITIONS; partition++) {
            assertThat(fire.entries(partition))
                    .as(topic.name() + ", partition " + partition)
                    .isNotEmpty()
                    .isEqualTo(undisturbed.entries(partition));
        }
    }

    /** A realm whose events lie in the partition. */
    private static String realmOf(int partition) {
        return IntStream.iterate(0, n -> n + 1)
                .mapToObj(n -> "fire" + n)
                .filter(realm -> RealmPartitioner.partition(realm, FireCluster.PARTITIONS) == partition)
                .findFirst()
                .orElseThrow();
    }
}
