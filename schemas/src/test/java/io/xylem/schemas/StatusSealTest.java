package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.Tick;
import io.xylem.schemas.avro.WorkerStatus;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** A worker can't write for another one, though both may write the topic. */
class StatusSealTest {
    private static final String TOPIC = Topics.WORKER_STATUS.name();
    private static final String MASTER = key(1);
    private static final String NEXT_MASTER = key(2);

    @Test
    void routingBelievesWhatTheWorkerItselfSealed() {
        WorkerStatus status = of("main", "w1");
        Headers headers = new RecordHeaders();
        byte[] bytes = write(worker("main", "w1"), status, headers);
        assertThat(read(routing(MASTER), headers, bytes)).isEqualTo(status);
        // The bytes stay what they would be without: whoever does not ask for the seal reads them as before.
        assertThat(bytes).isEqualTo(write(Map.of(), status, new RecordHeaders()));
        assertThat(read(Map.of(), headers, bytes)).isEqualTo(status);
    }

    @Test
    void nobodySealsForAnother() {
        for (Map<String, Object> writer :
                java.util.List.of(worker("main", "w2"), worker("other", "w1"), Map.<String, Object>of())) {
            Headers headers = new RecordHeaders();
            byte[] bytes = write(writer, of("main", "w1"), headers);
            assertThatThrownBy(() -> read(routing(MASTER), headers, bytes))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("'w1' of realm 'main'")
                    .matches(refused -> !RegistryFaults.isNotOfTheRecord(refused), "becomes a dead letter");
        }
    }

    @Test
    void aSealIsOfItsBytesAlone() {
        Headers headers = new RecordHeaders();
        write(worker("main", "w1"), of("main", "w1"), headers);
        byte[] others = write(
                worker("main", "w1"),
                new WorkerStatus("main", "w1", 5L, new Heartbeat(9L, "interest")),
                new RecordHeaders());
        assertThatThrownBy(() -> read(routing(MASTER), headers, others)).isInstanceOf(SerializationException.class);
    }

    @Test
    void ticksAreRoutingsOwn() {
        WorkerStatus tick = new WorkerStatus("main", "", 5L, new Tick());
        Headers own = new RecordHeaders();
        byte[] bytes = write(routing(MASTER), tick, own);
        assertThat(read(routing(MASTER), own, bytes)).isEqualTo(tick);
        Headers forged = new RecordHeaders();
        write(worker("main", "w1"), tick, forged);
        assertThatThrownBy(() -> read(routing(MASTER), forged, bytes)).hasMessageContaining("routing");
    }

    @Test
    void keysChangeWhileBothAreInUse() {
        WorkerStatus status = of("main", "w1");
        Headers headers = new RecordHeaders();
        byte[] bytes = write(worker("main", "w1"), status, headers);
        assertThat(read(routing(NEXT_MASTER + "," + MASTER), headers, bytes)).isEqualTo(status);
        assertThatThrownBy(() -> read(routing(NEXT_MASTER), headers, bytes)).isInstanceOf(SerializationException.class);
    }

    @Test
    void aKeyThatIsNoneIsRefusedWithoutBeingTold() {
        assertThatThrownBy(() -> read(routing("Z2VoZWlt"), new RecordHeaders(), new byte[0]))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(StatusSeal.MASTER_KEYS)
                .hasMessageNotContaining("Z2VoZWlt");
        assertThatThrownBy(() -> read(routing("geheim!"), new RecordHeaders(), new byte[0]))
                .isInstanceOf(ConfigException.class)
                .hasMessageNotContaining("geheim!");
    }

    private static WorkerStatus of(String realm, String worker) {
        return new WorkerStatus(realm, worker, 5L, new Heartbeat(7L, "interest"));
    }

    private static Map<String, Object> worker(String realm, String worker) {
        return Map.of(StatusSeal.KEY, StatusSeal.workerKey(MASTER, realm, worker));
    }

    private static Map<String, Object> routing(String masters) {
        return Map.of(StatusSeal.MASTER_KEYS, masters);
    }

    private static String key(int fill) {
        byte[] key = new byte[32];
        java.util.Arrays.fill(key, (byte) fill);
        return Base64.getEncoder().encodeToString(key);
    }

    private static byte[] write(Map<String, Object> config, WorkerStatus status, Headers headers) {
        try (var serde = Topics.WORKER_STATUS.valueSerde(with(config))) {
            return serde.serializer().serialize(TOPIC, headers, status);
        }
    }

    private static WorkerStatus read(Map<String, Object> config, Headers headers, byte[] bytes) {
        try (var serde = Topics.WORKER_STATUS.valueSerde(with(config))) {
            return serde.deserializer().deserialize(TOPIC, headers, bytes);
        }
    }

    private static Map<String, Object> with(Map<String, Object> config) {
        Map<String, Object> all = new HashMap<>(config);
        all.put("schema.registry.url", "mock://seal");
        return all;
    }
}
