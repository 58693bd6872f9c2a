package io.xylem.schemas;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.xylem.broker.EmbeddedBroker;
import io.xylem.schemas.TopicAdmin.Difference;
import io.xylem.schemas.TopicAdmin.Layout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalogue on a real broker. */
class TopicAdminIT {
    private static final Layout THREE_PARTITIONS = new Layout(3, 1);

    @TempDir
    static Path dir;

    private static EmbeddedBroker broker;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(dir);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @BeforeEach
    void noTopics() throws Exception {
        admin.deleteTopics(admin.listTopics().names().get()).all().get();
        await().until(() -> admin.listTopics().names().get().isEmpty());
    }

    @Test
    void whatIsCreatedIsAsTheCatalogueSays() {
        TopicAdmin topics = new TopicAdmin(admin, THREE_PARTITIONS);
        assertThat(topics.diff())
                .hasSameSizeAs(Topics.all())
                .allSatisfy(difference -> assertThat(difference.found()).isEqualTo("missing"));
        assertThatThrownBy(topics::check)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("xylem.routes: the topic is missing");
        assertThat(topics.create())
                .containsExactlyInAnyOrderElementsOf(
                        Topics.all().stream().map(Topic::name).toList());
        assertThat(topics.diff()).isEmpty();
        assertThatCode(topics::check).doesNotThrowAnyException();
    }

    @Test
    void whatExistsIsLeftAlone() {
        new TopicAdmin(admin, THREE_PARTITIONS).create();
        assertThat(new TopicAdmin(admin, new Layout(5, 1)).create()).isEmpty();
        assertThat(new TopicAdmin(admin, THREE_PARTITIONS).diff()).isEmpty();
    }

    @Test
    void everyDifferenceIsNamed() throws Exception {
        new TopicAdmin(admin, THREE_PARTITIONS).create();
        set("xylem.deployment-events", Map.of("retention.ms", "1000", "message.timestamp.type", "CreateTime"));
        await().untilAsserted(() -> assertThat(new TopicAdmin(admin, THREE_PARTITIONS).diff())
                .containsExactly(
                        new Difference(
                                "xylem.deployment-events", "message.timestamp.type", "LogAppendTime", "CreateTime"),
                        new Difference("xylem.deployment-events", "retention.ms", "-1", "1000")));
        assertThat(new TopicAdmin(admin, new Layout(4, 1)).diff())
                .contains(new Difference("xylem.routes", "partitions", "4", "3"));
        assertThat(new TopicAdmin(admin, new Layout(3, 3)).diff())
                .contains(
                        new Difference("xylem.routes", "replicas", "3", "1"),
                        new Difference("xylem.routes", "min.insync.replicas", "2", "1"));
    }

    @Test
    void settingsBecomeTheCataloguesAndNothingElseChanges() throws Exception {
        TopicAdmin topics = new TopicAdmin(admin, THREE_PARTITIONS);
        topics.create();
        assertThat(topics.align()).isEmpty();
        set("xylem.deployment-events", Map.of("retention.ms", "1000", "message.timestamp.type", "CreateTime"));
        set("xylem.routes", Map.of("cleanup.policy", "delete", "segment.bytes", "2000000", "min.insync.replicas", "2"));
        Difference fewer = new Difference("xylem.routes", "min.insync.replicas", "1", "2");
        await().until(() -> topics.diff().contains(fewer));

        assertThat(topics.align())
                .containsExactlyInAnyOrder(
                        new Difference(
                                "xylem.deployment-events", "message.timestamp.type", "LogAppendTime", "CreateTime"),
                        new Difference("xylem.deployment-events", "retention.ms", "-1", "1000"),
                        new Difference("xylem.routes", "cleanup.policy", "compact", "delete"),
                        fewer);
        assertThat(topics.diff()).isEmpty();
        assertThat(setting("xylem.routes", "segment.bytes"))
                .as("the catalogue does not say it")
                .isEqualTo("2000000");
        assertThat(topics.align()).isEmpty();
    }

    @Test
    void partitionsAndReplicasAreReportedAndStay() throws Exception {
        new TopicAdmin(admin, THREE_PARTITIONS).create();
        set("xylem.outcomes", Map.of("retention.ms", "1000"));
        TopicAdmin other = new TopicAdmin(admin, new Layout(5, 3));
        Difference retention = new Difference("xylem.outcomes", "retention.ms", "2592000000", "1000");
        await().until(() -> other.diff().contains(retention));

        assertThat(other.align()).containsExactly(retention);
        assertThat(other.diff())
                .hasSize(3 * Topics.all().size())
                .contains(
                        new Difference("xylem.outcomes", "partitions", "5", "3"),
                        new Difference("xylem.outcomes", "replicas", "3", "1"),
                        new Difference("xylem.outcomes", "min.insync.replicas", "2", "1"));
    }

    @Test
    void moreReplicasThanBrokersAreRefused() {
        assertThatThrownBy(() -> new TopicAdmin(admin, Layout.PRODUCTION).create())
                .isInstanceOf(InvalidReplicationFactorException.class);
    }

    private static void set(String topic, Map<String, String> settings) throws Exception {
        List<AlterConfigOp> ops = settings.entrySet().stream()
                .map(setting -> new AlterConfigOp(
                        new ConfigEntry(setting.getKey(), setting.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        admin.incrementalAlterConfigs(Map.of(resource(topic), ops)).all().get();
    }

    private static String setting(String topic, String name) throws Exception {
        ConfigResource resource = resource(topic);
        return requireNonNull(
                        admin.describeConfigs(List.of(resource)).all().get().get(resource))
                .get(name)
                .value();
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }
}
