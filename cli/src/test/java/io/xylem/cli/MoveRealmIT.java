package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.broker.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A realm's log comes to another cluster, and the realm with it: the steps of docs/operations.md. */
class MoveRealmIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void theAddressesAndWhatRestsAreTheSame(@TempDir Path dir) throws Exception {
        // Of another realm, so that offsets differ in the two clusters.
        publish(dir, "{\"type\":\"ServiceRegistered\",\"realm\":\"stays\",\"service\":\"a.prod.S.prod\"}");
        publish(dir, """
            {"type":"WorkerJoined","realm":"moves","worker":"m1","cluster":"c1","underlay":{"address":"192.168.93.1","port":50103}}
            {"type":"ServiceRegistered","realm":"moves","service":"a.prod.S.prod"}
            {"type":"InstanceScheduled","realm":"moves","service":"a.prod.S.prod","instance":1,"worker":"m1"}
            {"type":"InstanceReady","realm":"moves","service":"a.prod.S.prod","instance":1}
            {"type":"InstanceRemoved","realm":"moves","service":"a.prod.S.prod","instance":1}
            {"type":"InstanceScheduled","realm":"moves","service":"a.prod.S.prod","instance":2,"worker":"m1"}
            """);
        // Routing confirms the withdrawal, since no worker is there that would have to: an event that names another.
        await().atMost(PATIENCE)
                .until(() ->
                        lines(SharedCluster.run("realm", "export", "moves")).size() == 7);
        Cli.Result exported = SharedCluster.run("realm", "export", "moves");
        long withdrawn = lines(exported).get(6).at("/event/version").asLong();
        assertThat(withdrawn).isEqualTo(lines(exported).get(4).path("offset").asLong());
        Path log = Files.writeString(dir.resolve("moves.jsonl"), exported.out());

        try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("broker"));
                Roles roles = new Roles(dir)) {
            Path there = Roles.write(
                    dir.resolve("there.properties"),
                    Map.of("bootstrap.servers", broker.bootstrap(), "schema.registry.url", "mock://moved"));
            String[] config = {"--config", there.toString()};
            assertThat(run(config, "topics", "create").status()).isZero();
            Cli.Result imported = run(config, "realm", "import", log.toString());
            assertThat(imported.status()).as(imported.err()).isZero();
            assertThat(imported.out()).contains("7 events");
            assertThat(run(config, "topics", "check").status())
                    .as("the broker stamps again")
                    .isZero();
            roles.startAllocator(there);
            await().atMost(PATIENCE)
                    .until(() -> run(config, "audit", "verify").out().contains("compared 7 outcomes"));
            assertThat(run(config, "audit", "verify").out()).contains("clean: ");

            // What rests is what times and versions decide: since when, until when, and whether it was confirmed.
            assertThat(state(run(config, "audit", "state", "--realm", "moves", "-o", "json")))
                    .isEqualTo(state(SharedCluster.run("audit", "state", "--realm", "moves", "-o", "json")));
            JsonNode confirmed = lines(run(config, "realm", "export", "moves")).get(6);
            assertThat(confirmed.at("/event/version").asLong()).isEqualTo(4).isNotEqualTo(withdrawn);
            assertThat(confirmed.at("/event/id").asText()).startsWith("moved-obs-");
            assertThat(confirmed.path("timestamp"))
                    .isEqualTo(lines(exported).get(6).path("timestamp"));

            Cli.Result again = run(config, "realm", "import", log.toString());
            assertThat(again.status()).isEqualTo(1);
            assertThat(again.err()).contains("has had 7 records");
            assertThat(roles.faults).isEmpty();
        }
    }

    private static void publish(Path dir, String events) throws Exception {
        Cli.Result published = SharedCluster.run(
                "publish",
                Files.writeString(dir.resolve("events.jsonl"), events).toString(),
                "-o",
                "json");
        assertThat(published.status()).as(published.out() + published.err()).isZero();
    }

    private static Cli.Result run(String[] config, String... command) {
        String[] all = Arrays.copyOf(command, command.length + config.length);
        System.arraycopy(config, 0, all, command.length, config.length);
        return Cli.run(all);
    }

    private static List<JsonNode> lines(Cli.Result result) throws Exception {
        assertThat(result.status()).as(result.err()).isZero();
        var lines = new ArrayList<JsonNode>();
        for (String line : result.lines()) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    /** Without offsets, which are another log's. */
    private static JsonNode state(Cli.Result result) throws Exception {
        assertThat(result.status()).as(result.err()).isZero();
        JsonNode state = JSON.readTree(result.out());
        ((ObjectNode) state).remove("snapshot");
        withoutOffsets(state);
        return state;
    }

    private static void withoutOffsets(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(List.of("version", "offset", "placedAt"));
        }
        node.forEach(MoveRealmIT::withoutOffsets);
    }
}
