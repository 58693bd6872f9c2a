package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.WorkerLeft;
import io.xylem.schemas.avro.WorkerStatus;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

class SchemaAdminTest {
    private final InMemoryRegistry registry = new InMemoryRegistry();
    private final SchemaAdmin admin = new SchemaAdmin(registry);

    /** Route with one more field in its envelope. */
    private static Schema routeWith(String field) {
        Schema route = AvroSchemas.withoutJavaStrings(Route.getClassSchema());
        String version = "{\"name\":\"version\",\"type\":\"long\",\"doc\":\"";
        assertThat(route.toString()).contains(version);
        return AvroSchemas.parse(route.toString().replace(version, field + "," + version));
    }

    @Test
    void everyTopicWithASchemaHasASubject() {
        assertThat(admin.diff()).hasSize(2 * 9);
        assertThat(admin.register())
                .extracting(SchemaAdmin.Registration::subject)
                .containsExactly(
                        "xylem.deployment-events-value",
                        "xylem.outcomes-value",
                        "xylem.allocations-value",
                        "xylem.state-hashes-value",
                        "xylem.routes-value",
                        "xylem.worker-routes-value",
                        "xylem.worker-status-value",
                        "xylem.tunnel-keys-value",
                        "xylem.convergence-value");
        assertThat(admin.diff()).isEmpty();
        assertThat(registry.compatibility("xylem.deployment-events-value")).contains(Compatibility.BACKWARD_TRANSITIVE);
        assertThat(registry.compatibility("xylem.routes-value")).contains(Compatibility.FULL_TRANSITIVE);
    }

    @Test
    void aRepetitionChangesNothing() {
        assertThat(admin.register()).isEqualTo(admin.register());
    }

    @Test
    void theGlobalLevelIsSetOnlyWhereThereIsNone() {
        admin.register();
        assertThat(registry.compatibility(null)).contains(Compatibility.BACKWARD);
        registry.setCompatibility(null, Compatibility.NONE);
        admin.register();
        assertThat(registry.compatibility(null)).contains(Compatibility.BACKWARD_TRANSITIVE);
    }

    @Test
    void aFieldWithADefaultIsAccepted() {
        admin.register();
        Schema evolved = routeWith("{\"name\":\"weight\",\"type\":\"int\",\"default\":1}");
        assertThat(admin.objections(Topics.ROUTES, evolved)).isEmpty();
        int id = admin.evolve(Topics.ROUTES, evolved);
        assertThat(registry.latest("xylem.routes-value")).isEqualTo(new SchemaRegistry.Registered(id, evolved));
    }

    @Test
    void aFieldWithoutADefaultIsRefusedByTheSubjectsRuleWhateverTheGlobalOne() {
        registry.setCompatibility(null, Compatibility.NONE);
        admin.register();
        registry.setCompatibility(null, Compatibility.NONE);
        Schema evolved = routeWith("{\"name\":\"weight\",\"type\":\"int\"}");
        assertThat(admin.objections(Topics.ROUTES, evolved))
                .anySatisfy(objection -> assertThat(objection).contains("weight"));
        assertThatThrownBy(() -> admin.evolve(Topics.ROUTES, evolved))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.errorCode()).isEqualTo(RegistryException.INCOMPATIBLE));
    }

    @Test
    void aDroppedRuleIsSeen() {
        admin.register();
        registry.setCompatibility("xylem.routes-value", Compatibility.NONE);
        assertThat(admin.diff()).isEqualTo(List.of("xylem.routes-value: compatibility is NONE, not FULL_TRANSITIVE"));
    }

    /** In production serdes register nothing; what the admin registered must be what they look for. */
    @Test
    void aSerdeWithoutAutoRegistrationFindsWhatTheAdminRegistered() {
        new SchemaAdmin(Map.of("schema.registry.url", "mock://schema-admin")).register();
        assertThat(write(Topics.DEPLOYMENT_EVENTS, new DeploymentEvent("main", "id", 5L, new WorkerLeft("w1"))))
                .isNotEmpty();
        assertThat(write(
                        Topics.WORKER_STATUS,
                        new WorkerStatus("main", "w1", 5L, new InstanceReport("A.prod.S.prod", 1, true, "", 7L))))
                .isNotEmpty();
    }

    private static <V> byte[] write(Topic<V> topic, V value) {
        Map<String, String> config =
                Map.of("schema.registry.url", "mock://schema-admin", "auto.register.schemas", "false");
        try (Serde<V> serde = topic.valueSerde(config)) {
            return serde.serializer().serialize(topic.name(), value);
        }
    }
}
