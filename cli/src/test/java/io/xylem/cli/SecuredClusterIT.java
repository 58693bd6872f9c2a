package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.schemas.Applications;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.Interests;
import io.xylem.schemas.avro.OwnKeys;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * TLS with client certificates and the catalogue's rights, from the command that makes the certificates to a route; and
 * what is forbidden, tried by those who may not.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecuredClusterIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String W1 = "worker-main-w1";
    private static final String W2 = "worker-main-w2";

    /** Everything that anybody but a broker may do with a topic. R read, W write, C its settings. */
    private static final Map<String, String> ALLOWED = Map.of(
            "allocator",
            "allocations:W dead-letters:W deployment-events:R outcomes:W state-hashes:W",
            "routing",
            "allocations:R convergence:W dead-letters:W deployment-events:W routes:W tunnel-keys:W worker-routes:W"
                    + " worker-status:RW",
            W1,
            "routes:R tunnel-keys:R worker-routes:R worker-status:W",
            W2,
            "routes:R tunnel-keys:R worker-routes:R worker-status:W",
            "publisher",
            "convergence:R deployment-events:W outcomes:R",
            "auditor",
            "allocations:RC convergence:RC dead-letters:RC deployment-events:RC outcomes:RC routes:RC state-hashes:RC"
                    + " tunnel-keys:RC worker-routes:RC worker-status:RC");

    @TempDir
    static Path dir;

    private static SecuredBroker broker;
    private static Roles roles;

    @BeforeAll
    static void start() throws Exception {
        broker = SecuredBroker.start(
                dir,
                "mock://secured",
                List.of("main/w1", "main/w2"),
                List.of("allocator", "routing", "publisher", "auditor", "admin"));
        roles = new Roles(dir);
    }

    @AfterAll
    static void end() throws Exception {
        try {
            assertThat(roles.faults).isEmpty();
        } finally {
            roles.close();
            broker.close();
        }
    }

    @Test
    @Order(1)
    void theCatalogueComesToTheClusterAndIsChecked() throws Exception {
        // Nobody but the brokers has a right yet, not even to look.
        assertThat(as("admin", "topics", "create").status()).isEqualTo(1);

        Cli.Result created = as("broker", broker.withGrants("acls", "create"));
        assertThat(created.status()).as(created.err()).isZero();
        assertThat(created.out()).contains("added: User:" + W1 + " may WRITE topic xylem.worker-status");
        Cli.Result topics = as("admin", "topics", "create");
        assertThat(topics.status()).as(topics.err()).isZero();

        for (String whoever : List.of("admin", "auditor")) {
            assertThat(as(whoever, broker.withGrants("acls", "check")).status()).isZero();
            assertThat(as(whoever, "topics", "check").status()).isZero();
        }
        assertThat(allowed()).isEqualTo(new TreeMap<>(ALLOWED));
    }

    @Test
    @Order(2)
    void whatIsAllowedBesidesIsFoundAndRemoved() throws Exception {
        broker.allow(W2, AclOperation.READ, "xylem.deployment-events");
        broker.allow("somebody", AclOperation.WRITE, "*");

        Cli.Result diff = as("auditor", broker.withGrants("acls", "diff", "-o", "json"));
        assertThat(diff.status()).isEqualTo(1);
        assertThat(new ObjectMapper().readTree(diff.out()).path("items"))
                .hasSize(2)
                .allMatch(item -> item.path("difference").asText().equals("extra"))
                .anyMatch(item -> item.path("principal").asText().equals("User:" + W2))
                .anyMatch(item -> item.path("resource").asText().equals("*"));
        assertThat(as("admin", broker.withGrants("acls", "create")).status())
                .as("adding changes nothing about it")
                .isEqualTo(1);
        Cli.Result pruned = as("admin", broker.withGrants("acls", "create", "--prune"));
        assertThat(pruned.status()).as(pruned.err()).isZero();
        assertThat(pruned.out()).contains("removed: User:" + W2 + " may READ topic xylem.deployment-events");
        assertThat(allowed()).isEqualTo(new TreeMap<>(ALLOWED));
    }

    @Test
    @Order(3)
    void anEventBecomesARouteAndTheWorkerHearsOfIt() throws Exception {
        roles.startAllocator(broker.config("allocator"));
        roles.startRouting(broker.config("routing"));
        Path events = Files.writeString(dir.resolve("events.jsonl"), """
            {"type":"WorkerJoined","worker":"w1","cluster":"c1","underlay":{"address":"192.168.92.1","port":50103}}
            {"type":"WorkerJoined","worker":"w2","cluster":"c1","underlay":{"address":"192.168.92.2","port":50103}}
            {"type":"ServiceRegistered","service":"secured.prod.S.prod"}
            {"type":"InstanceScheduled","service":"secured.prod.S.prod","instance":1,"worker":"w1"}
            """);
        Cli.Result published = as("publisher", "publish", events.toString());
        assertThat(published.status()).as(published.out() + published.err()).isZero();

        broker.say(W1, Keys.worker("main", "w1"), "w1", new Heartbeat(0L, "interest"));
        broker.say(W1, Keys.interest("main", "w1"), "w1", new Interests(1L, List.of("secured.prod.S.prod"), List.of()));
        await().atMost(PATIENCE)
                .until(() -> broker.read(W1, Topics.WORKER_ROUTES).stream()
                        .anyMatch(key -> key.startsWith(Keys.fedPrefix("main", "w1"))));
        broker.say(W1, Keys.instance("main", "secured.prod.S.prod", 1), "w1", report());
        await().atMost(PATIENCE)
                .until(() ->
                        as("auditor", "get", "instances", "-o", "wide").out().contains("READY"));
        assertThat(as("auditor", "audit", "verify").status()).isZero();
    }

    @Test
    @Order(4)
    void aWorkerCannotPublishForAnother() throws Exception {
        broker.say(W2, Keys.instance("main", "secured.prod.S.prod", 1), "w1", unready());
        await().atMost(PATIENCE)
                .until(() -> as("auditor", "dead-letters", "list", "-o", "json")
                        .out()
                        .contains("a status of worker 'w1' of realm 'main' is not sealed with that worker's key"));
        // What w1 itself says comes after it, and is heard: the other was refused and not only late.
        broker.say(W1, Keys.interest("main", "w1"), "w1", new Interests(2L, List.of(), List.of()));
        assertThat(as("auditor", "get", "instances", "-o", "wide").out()).contains("READY");
    }

    @Test
    @Order(5)
    void aWorkerCannotSayTheKeysOfAnother() throws Exception {
        var keys = new OwnKeys("192.168.92.1", List.of(ByteBuffer.wrap(new byte[32])));
        broker.say(W2, Keys.ownKeys("main", "w1"), "w1", keys); // not with its seal
        broker.say(W2, Keys.ownKeys("main", "w2"), "w2", keys); // not at its address
        broker.say(W1, Keys.ownKeys("main", "w1"), "w1", keys);
        await().atMost(PATIENCE)
                .until(() -> !broker.read(W2, Topics.TUNNEL_KEYS).isEmpty());
        assertThat(broker.read(W2, Topics.TUNNEL_KEYS))
                .as("the first two came before it")
                .containsExactly(Keys.worker("main", "w1"));
    }

    @Test
    @Order(6)
    void whatIsForbiddenIsRefused() {
        for (Topic<?> topic : Topics.all()) {
            if (!topic.equals(Topics.WORKER_STATUS)) {
                assertThatThrownBy(() -> broker.write(W1, topic)).isInstanceOf(TopicAuthorizationException.class);
            }
            if (!List.of(Topics.ROUTES, Topics.WORKER_ROUTES, Topics.TUNNEL_KEYS)
                    .contains(topic)) {
                assertThatThrownBy(() -> broker.read(W1, topic)).isInstanceOf(TopicAuthorizationException.class);
            }
        }
        assertThatThrownBy(() -> broker.write("publisher", Topics.OUTCOMES))
                .isInstanceOf(TopicAuthorizationException.class);
        // Who may write nothing at all gets no producer id either.
        assertThatThrownBy(() -> broker.write("auditor", Topics.DEPLOYMENT_EVENTS))
                .isInstanceOf(AuthorizationException.class);
        assertThatThrownBy(() -> broker.write("allocator", Topics.DEPLOYMENT_EVENTS))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> broker.write("routing", Topics.ALLOCATIONS))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> broker.join("routing", Applications.allocator()))
                .isInstanceOf(GroupAuthorizationException.class);
        assertThatThrownBy(() -> broker.join(W1, Applications.routing()))
                .isInstanceOf(GroupAuthorizationException.class);
        assertThatThrownBy(() -> broker.beginTransaction("routing", Applications.allocator() + "-1"))
                .isInstanceOf(TransactionalIdAuthorizationException.class);
        assertThatThrownBy(() -> broker.createTopic("allocator", "xylem.mine"))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> broker.createTopic(W1, "xylem-routing-v1-mine"))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> broker.rights("publisher")).isInstanceOf(ClusterAuthorizationException.class);
        assertThat(as("auditor", broker.withGrants("acls", "create", "--grant", "auditor=mallory"))
                        .err())
                .contains("xylem: Kafka: ");
    }

    @Test
    @Order(7)
    void withoutACertificateOfTheAuthorityNobodyGetsIn() throws Exception {
        assertThatThrownBy(() -> broker.read("nobody", Topics.ROUTES)).isInstanceOf(SslAuthenticationException.class);
        Cli.Result other = Cli.run("certificates", dir.resolve("other").toString(), "--client", "admin");
        assertThat(other.status()).as(other.err()).isZero();
        Files.copy(
                broker.pki().resolve("admin/ca.pem"),
                dir.resolve("other/admin/ca.pem"),
                StandardCopyOption.REPLACE_EXISTING);
        broker.know("stranger", dir.resolve("other/admin/client.properties"));
        assertThatThrownBy(() -> broker.read("stranger", Topics.ROUTES)).isInstanceOf(SslAuthenticationException.class);
    }

    @Test
    @Order(8)
    void realmsUnderAnotherPrefixAreReadAndWrittenByTheirOwnWorkersOnly() throws Exception {
        String other = "worker-other-w1";
        Cli.Result made =
                Cli.run("certificates", broker.pki().toString(), "--client", "other-admin", "--worker", "other/w1");
        assertThat(made.status()).as(made.err()).isZero();
        for (String who : List.of("other-admin", other)) {
            broker.know(who, broker.pki().resolve(who).resolve("client.properties"));
        }
        String[] grants = {"acls", "create", "--grant", "admin=other-admin", "--grant", "worker=" + other};
        for (String[] command :
                List.of(broker.withConfig("broker", grants), broker.withConfig("other-admin", "topics", "create"))) {
            Cli.Result done = Cli.runApart(Map.of("XYLEM_TOPIC_PREFIX", "other"), command);
            assertThat(done.status()).as(done.out()).isZero();
        }

        assertThat(broker.read(other, "other.routes")).isEmpty();
        for (Topic<?> topic : List.of(Topics.ROUTES, Topics.WORKER_ROUTES, Topics.TUNNEL_KEYS)) {
            String others = topic.name().replaceFirst("xylem", "other");
            assertThatThrownBy(() -> broker.read(W1, others)).isInstanceOf(TopicAuthorizationException.class);
            assertThatThrownBy(() -> broker.read(other, topic)).isInstanceOf(TopicAuthorizationException.class);
        }
        assertThatThrownBy(() -> broker.write(other, Topics.WORKER_STATUS))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> broker.createTopic("other-admin", "xylem.mine"))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThat(as("auditor", broker.withGrants("acls", "check")).status())
                .as("what others are allowed on theirs is not asked about")
                .isZero();
    }

    private static InstanceReport report() throws Exception {
        return new InstanceReport("secured.prod.S.prod", 1, true, "", routeVersion());
    }

    private static InstanceReport unready() throws Exception {
        return new InstanceReport("secured.prod.S.prod", 1, false, "forged", routeVersion());
    }

    private static long routeVersion() throws Exception {
        String routes = as("auditor", "get", "routes", "secured.prod.S.prod", "-o", "json")
                .out();
        for (var route : new ObjectMapper().readTree(routes).path("items")) {
            if (route.path("type").asText().equals("InstanceRoute")) {
                return route.path("version").asLong();
            }
        }
        throw new AssertionError("there is no route of the instance in " + routes);
    }

    private static Map<String, String> allowed() throws Exception {
        Map<String, String> allowed = new TreeMap<>();
        for (String who : ALLOWED.keySet()) {
            allowed.put(
                    who,
                    Topics.all().stream()
                            .map(topic -> topic.name().substring("xylem.".length()) + ":" + letters(who, topic))
                            .filter(entry -> !entry.endsWith(":"))
                            .sorted()
                            .collect(Collectors.joining(" ")));
        }
        return allowed;
    }

    private static String letters(String who, Topic<?> topic) {
        var operations = broker.operations(who, topic);
        String letters = (operations.contains(AclOperation.READ) ? "R" : "")
                + (operations.contains(AclOperation.WRITE) ? "W" : "")
                + (operations.contains(AclOperation.DESCRIBE_CONFIGS) ? "C" : "");
        // Whatever else there is has no letter and is seen by that.
        long others = operations.stream()
                .filter(operation -> !List.of(
                                AclOperation.READ,
                                AclOperation.WRITE,
                                AclOperation.DESCRIBE,
                                AclOperation.DESCRIBE_CONFIGS)
                        .contains(operation))
                .count();
        return others == 0 ? letters : letters + operations;
    }

    private static Cli.Result as(String who, String... command) {
        return Cli.run(broker.withConfig(who, command));
    }
}
