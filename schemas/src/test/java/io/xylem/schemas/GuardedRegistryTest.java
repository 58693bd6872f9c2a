package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.ServiceRegistered;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that lets in nobody without credentials, from the command that registers to the clients' serdes. */
class GuardedRegistryTest {
    private static final String TOPIC = Topics.DEPLOYMENT_EVENTS.name();
    private static final DeploymentEvent EVENT =
            new DeploymentEvent("main", "e1", 0L, new ServiceRegistered("A.prod.S.prod", List.of()));

    private FakeRegistryServer server;

    @BeforeEach
    void start() throws IOException {
        server = FakeRegistryServer.start();
        server.letInOnly("xylem:geheim");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whoHasThemRegistersWritesAndReads() {
        Map<String, Object> config = as("xylem:geheim");
        SchemaAdmin admin = new SchemaAdmin(config);
        assertThat(admin.register()).isNotEmpty();
        assertThat(admin.diff()).isEmpty();

        config.put("auto.register.schemas", "false");
        try (Serde<DeploymentEvent> writer = Topics.DEPLOYMENT_EVENTS.valueSerde(config);
                Serde<DeploymentEvent> reader = Topics.DEPLOYMENT_EVENTS.valueSerde(config)) {
            byte[] bytes = writer.serializer().serialize(TOPIC, EVENT);
            assertThat(reader.deserializer().deserialize(TOPIC, bytes)).isEqualTo(EVENT);
        }
    }

    @Test
    void whoHasNotIsToldSoAndItIsNotTheRecordsFault() {
        byte[] bytes;
        try (Serde<DeploymentEvent> writer = Topics.DEPLOYMENT_EVENTS.valueSerde(as("xylem:geheim"))) {
            bytes = writer.serializer().serialize(TOPIC, EVENT);
        }
        Map<String, Object> none = Map.of("schema.registry.url", server.url());
        for (Map<String, Object> config : List.of(none, as("xylem:falsch"))) {
            try (Serde<DeploymentEvent> serde = Topics.DEPLOYMENT_EVENTS.valueSerde(config)) {
                assertRefused(catchThrowable(() -> serde.serializer().serialize(TOPIC, EVENT)));
                assertRefused(catchThrowable(() -> serde.deserializer().deserialize(TOPIC, bytes)));
            }
            assertThatThrownBy(() -> new SchemaAdmin(config).register()).hasMessageContaining("HTTP 401");
        }
    }

    private static void assertRefused(Throwable fault) {
        assertThat(fault)
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("HTTP 401")
                .hasMessageContaining("credentials")
                .hasMessageNotContaining("falsch");
        assertThat(RegistryFaults.isNotOfTheRecord(fault)).isTrue();
    }

    private Map<String, Object> as(String userInfo) {
        return new HashMap<>(Map.of(
                "schema.registry.url",
                server.url(),
                "basic.auth.credentials.source",
                "USER_INFO",
                "basic.auth.user.info",
                userInfo));
    }
}
