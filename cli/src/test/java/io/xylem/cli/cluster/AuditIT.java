package io.xylem.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.cli.Cli;
import io.xylem.cli.SharedCluster;
import io.xylem.publish.XylemPublisher;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Headers;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.RealmConfigured;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit commands on a log that a real allocator answered, and on a copy of it with faults planted. {@code -Dseed=} */
class AuditIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int EVENTS = 3_000;

    private final long seed = Long.getLong("seed", System.nanoTime());
    /** Of partition 0. */
    private final String realm = IntStream.iterate(0, n -> n + 1)
            .mapToObj(n -> "audit" + n)
            .filter(name -> RealmPartitioner.partition(name, FireCluster.PARTITIONS) == 0)
            .findFirst()
            .orElseThrow();

    @TempDir
    Path dir;

    @Test
    void aCleanLogIsFoundCleanAndEachPlantedFaultIsFound() throws Exception {
        System.out.println("AuditIT -Dseed=" + seed);
        String registry = SharedCluster.state().registryUrl();
        try (var cluster = new FireCluster(dir.resolve("real"), registry);
                var copy = FireCluster.keepingTimes(dir.resolve("planted"), registry, FireCluster.PARTITIONS)) {
            List<Outcome> outcomes = answered(cluster);
            assertClean(cluster);
            assertOwners(cluster, outcomes);
            assertState(cluster, outcomes.get(EVENTS / 2).getOffset());
            var planted = new PlantedLog(cluster.clients());
            planted.copyTo(copy);
            assertFound(copy, planted);
        }
    }

    private List<Outcome> answered(FireCluster cluster) throws Exception {
        cluster.startAllocator("a", Map.of());
        var outcomes = new ArrayList<CompletableFuture<Outcome>>();
        var events = new MixedEvents(realm, seed);
        try (var publisher = new XylemPublisher(cluster.clients())) {
            var settings =
                    Map.of("service.v4", "10.30.0.0/25,10.31.0.0/24", "rest.ms", "500", "rest.confirmed.ms", "100");
            outcomes.add(publisher.publish(new DeploymentEvent(realm, "settings", 0L, new RealmConfigured(settings))));
            for (int i = 1; i < EVENTS; i++) {
                outcomes.add(publisher.publish(events.next()));
            }
            CompletableFuture.allOf(outcomes.toArray(new CompletableFuture<?>[0]))
                    .get(FireCluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        cluster.endAllocators();
        return outcomes.stream().map(CompletableFuture::join).toList();
    }

    private static void assertClean(FireCluster cluster) throws Exception {
        Cli.Result result = cluster.audit("verify", "--from-start");
        assertThat(result.status()).as(result.out() + result.err()).isZero();
        assertThat(result.out()).contains("from the start").contains("clean: ");
        JsonNode report = JSON.readTree(
                cluster.audit("verify", "--from-start", "-o", "json").out());
        assertThat(report.path("clean").asBoolean()).isTrue();
        JsonNode partition = report.path("partitions").path(0);
        assertThat(partition.path("events").asInt()).isEqualTo(EVENTS);
        assertThat(partition.path("outcomes").asInt()).isEqualTo(EVENTS);
        assertThat(partition.path("hashes").asInt()).isPositive();
        assertThat(partition.path("repeated").asInt()).isPositive();
    }

    /** Each accepted placement is a time during which the instance had its address. */
    private void assertOwners(FireCluster cluster, List<Outcome> outcomes) throws Exception {
        Outcome placed = outcomes.stream()
                .filter(outcome -> outcome.getType().equals("InstanceScheduled") && outcome.getInstanceIp() != null)
                .findFirst()
                .orElseThrow();
        String address = AvroWords.toModel(placed.getInstanceIp()).v4().toString();
        Cli.Result result = cluster.audit("address", address, "--realm", realm, "-o", "json");
        assertThat(result.status()).as(result.err()).isZero();
        JsonNode owners = JSON.readTree(result.out()).path("owners");
        JsonNode first = owners.path(0);
        assertThat(first.path("owner").asText())
                .isEqualTo("instance " + placed.getService() + "#" + placed.getInstance());
        assertThat(first.path("fromOffset").asLong()).isEqualTo(placed.getOffset());
        assertThat(first.path("from").asText()).endsWith("Z");
        for (int i = 1; i < owners.size(); i++) {
            assertThat(owners.path(i).path("fromOffset").asLong())
                    .as("one owner at a time")
                    .isGreaterThan(owners.path(i - 1).path("toOffset").asLong());
        }
    }

    /** What the allocations said up to an offset is the state at that offset. */
    private void assertState(FireCluster cluster, long offset) throws Exception {
        Set<String> expected = new TreeSet<>();
        for (TopicLog.Entry entry :
                TopicLog.read(Topics.ALLOCATIONS, cluster.clients()).entries(0)) {
            String[] key = entry.key().split("\\|", 2);
            if (Long.parseLong(String.valueOf(entry.headers().get(Headers.VERSION))) <= offset) {
                boolean _ = entry.hex().isEmpty() ? expected.remove(key[1]) : expected.add(key[1]);
            }
        }
        Cli.Result result =
                cluster.audit("state", "--at", Long.toString(offset), "--realm", realm, "--from-start", "-o", "json");
        assertThat(result.status()).as(result.err()).isZero();
        JsonNode state = JSON.readTree(result.out());
        Set<String> found = new TreeSet<>();
        items(state, "workers")
                .forEach(item -> found.add("worker|" + item.path("worker").asText()));
        items(state, "services")
                .forEach(item -> found.add("service|" + item.path("service").asText()));
        items(state, "instances")
                .forEach(item -> found.add("instance|" + item.path("service").asText() + "|"
                        + item.path("instance").asText()));
        assertThat(found).isNotEmpty().isEqualTo(expected);
        assertThat(items(state, "resting")).isNotEmpty().allSatisfy(one -> {
            assertThat(one.path("offset").asLong()).isLessThanOrEqualTo(offset);
            assertThat(one.path("until").asText())
                    .isGreaterThanOrEqualTo(one.path("since").asText());
        });
        assertThat(state.path("settings").path("service.v4").asText()).isEqualTo("10.30.0.0/25,10.31.0.0/24");
    }

    private static void assertFound(FireCluster copy, PlantedLog planted) throws Exception {
        Cli.Result text = copy.audit("verify", "--from-start");
        System.out.println(text.out());
        assertThat(text.status()).isEqualTo(1);
        assertThat(text.out()).contains("the first at partition 0, offset " + planted.firstOffset());
        Cli.Result result = copy.audit("verify", "--from-start", "-o", "json");
        assertThat(result.status()).isEqualTo(1);
        assertThat(items(JSON.readTree(result.out()), "differences"))
                .extracting(
                        difference -> difference.path("kind").asText(),
                        difference -> difference.path("offset").asLong())
                .contains(
                        org.assertj.core.groups.Tuple.tuple("OUTCOME", planted.tamperedOffset),
                        org.assertj.core.groups.Tuple.tuple("DUPLICATE", planted.duplicateOffset),
                        org.assertj.core.groups.Tuple.tuple("LEAK", planted.leakOffset))
                .allSatisfy(found -> assertThat(found.toList().get(1))
                        .isIn(planted.tamperedOffset, planted.duplicateOffset, planted.leakOffset));
    }

    private static List<JsonNode> items(JsonNode node, String name) {
        return StreamSupport.stream(node.path(name).spliterator(), false).toList();
    }
}
