package io.xylem.schemas;

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
        ConfigResource events = new ConfigResource(ConfigResource.Type.TOPIC, "xylem.deployment-events");
        admin.incrementalAlterConfigs(Map.of(
                        events,
                        List.of(
                                new AlterConfigOp(new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET),
                                new AlterConfigOp(
                                        new ConfigEntry("message.timestamp.type", "CreateTime"),
                                        AlterConfigOp.OpType.SET))))
                .all()
                .get();
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
    void moreReplicasThanBrokersAreRefused() {
        assertThatThrownBy(() -> new TopicAdmin(admin, Layout.PRODUCTION).create())
                .isInstanceOf(InvalidReplicationFactorException.class);
    }
}
