package io.xylem.schemas;

import static org.apache.avro.SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.Readiness;
import io.xylem.schemas.avro.WorkerLeft;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that another version wrote, and bytes that nobody wrote. */
class SchemaEvolutionTest {
    private static final AtomicInteger TESTS = new AtomicInteger();

    /** A registry of its own for each test, so that its first schema has the id 1. */
    private final String scope = "evolution-" + TESTS.incrementAndGet();

    @BeforeEach
    void anythingGoes() {
        InMemoryRegistry.scope(scope).setCompatibility(null, Compatibility.NONE);
    }

    @Test
    void aFieldThatTheWriterDidNotKnowGetsItsDefault() {
        GenericRecord old = record(
                "InstanceUnready",
                "{\"name\":\"service\",\"type\":\"string\"},{\"name\":\"instance\",\"type\":\"int\"}");
        old.put("service", "A.prod.S.prod");
        old.put("instance", 3);
        assertThat(read(InstanceUnready.class, write(old)))
                .isEqualTo(new InstanceUnready("A.prod.S.prod", 3, "", null));
    }

    @Test
    void anInstanceThatWasScheduledBeforeThereWereWeightsHasTheDefault() {
        GenericRecord old = record(
                "InstanceScheduled",
                "{\"name\":\"service\",\"type\":\"string\"},{\"name\":\"instance\",\"type\":\"int\"},"
                        + "{\"name\":\"worker\",\"type\":\"string\"}");
        old.put("service", "A.prod.S.prod");
        old.put("instance", 3);
        old.put("worker", "w1");
        assertThat(read(InstanceScheduled.class, write(old)))
                .isEqualTo(new InstanceScheduled("A.prod.S.prod", 3, "w1", 1));
    }

    /** Weights, and the settings in an outcome: old and new versions read each other. */
    @Test
    void fieldsThatCameLaterBreakNobody() {
        for (Schema schema :
                new Schema[] {DeploymentEvent.getClassSchema(), Allocation.getClassSchema(), Outcome.getClassSchema()
                }) {
            String text = schema.toString();
            String before = text.replaceAll(",\\{\"name\":\"weight\",\"type\":\"int\"[^}]*}", "")
                    .replaceAll(",\\{\"name\":\"settings\",\"type\":\\[\"null\",[^]]*][^}]*}", "");
            assertThat(before).isNotEqualTo(text);
            Schema old = AvroSchemas.parse(before);
            assertThat(SchemaCompatibility.checkReaderWriterCompatibility(schema, old)
                            .getType())
                    .isEqualTo(COMPATIBLE);
            assertThat(SchemaCompatibility.checkReaderWriterCompatibility(old, schema)
                            .getType())
                    .isEqualTo(COMPATIBLE);
        }
    }

    @Test
    void aFieldThatTheReaderDoesNotKnowIsSkipped() {
        GenericRecord newer = record(
                "WorkerLeft", "{\"name\":\"why\",\"type\":\"string\"},{\"name\":\"worker\",\"type\":\"string\"}");
        newer.put("why", "maintenance");
        newer.put("worker", "w1");
        assertThat(read(WorkerLeft.class, write(newer))).isEqualTo(new WorkerLeft("w1"));
    }

    @Test
    void aMissingFieldWithoutDefaultIsRefused() {
        GenericRecord strange = record("WorkerLeft", "{\"name\":\"why\",\"type\":\"string\"}");
        strange.put("why", "maintenance");
        assertThatThrownBy(() -> read(WorkerLeft.class, write(strange)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("worker");
    }

    @Test
    void aLaterReadinessTakesNoFlow() {
        Schema later = AvroSchemas.parse(
                "{\"type\":\"enum\",\"name\":\"Readiness\",\"namespace\":\"io.xylem.schemas.avro\",\"symbols\":[\"READY\",\"PAUSED\"]}");
        Schema route = AvroSchemas.parse(io.xylem.schemas.avro.InstanceRoute.getClassSchema()
                .toString()
                .replaceFirst("\"symbols\":\\[[^]]*]", "\"symbols\":[\"READY\",\"PAUSED\"]")
                .replace("\"default\":\"UNREADY\"", "\"default\":\"READY\""));
        GenericRecord record = new GenericData.Record(route);
        record.put("service", "A.prod.S.prod");
        record.put("instance", 1);
        for (String pair : new String[] {"instanceIp", "namespaceIp"}) {
            GenericRecord address = new GenericData.Record(route.getField(pair).schema());
            address.put("v4", 1);
            address.put(
                    "v6",
                    new GenericData.Fixed(address.getSchema().getField("v6").schema(), new byte[16]));
            record.put(pair, address);
        }
        GenericRecord underlay =
                new GenericData.Record(route.getField("underlay").schema());
        underlay.put("address", "192.168.77.1");
        underlay.put("port", 50103);
        record.put("worker", "w1");
        record.put("cluster", "c1");
        record.put("underlay", underlay);
        record.put("readiness", new GenericData.EnumSymbol(later, "PAUSED"));
        record.put("weight", 1);
        record.put("workerLost", false);
        assertThat(read(io.xylem.schemas.avro.InstanceRoute.class, write(record))
                        .getReadiness())
                .isEqualTo(Readiness.UNREADY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // empty
                "00", // shorter than the header
                "00000000",
                "0100000001047731", // another magic
                "00000000010477", // the text ends early
                "000000000104773100", // something is left over
                "0000000001fe", // a length that does not end
                "000000000101", // a negative length
                "00000000018080808008", // a text of 1 GiB
                "00000000", // truncated header
            })
    void wrongBytesAreRefused(String hex) {
        write(asGeneric());
        byte[] bytes = java.util.HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> read(WorkerLeft.class, bytes)).isInstanceOf(SerializationException.class);
    }

    @Test
    void anIdThatNobodyGaveIsRefused() {
        assertThatThrownBy(() -> read(WorkerLeft.class, new byte[] {0, 0x7f, 0, 0, 0, 4, 'w', '1'}))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(Integer.toString(0x7f000000));
    }

    @Test
    void randomBytesAreReadOrRefusedAndNothingElse() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] start = write(new InstanceReport("A.prod.S.prod", 1, true, "", 7L));
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = start.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes[WireFormat.HEADER_BYTES + random.nextInt(bytes.length - WireFormat.HEADER_BYTES)] =
                        (byte) random.nextInt();
            }
            try {
                read(InstanceReport.class, bytes);
            } catch (SerializationException e) {
                refused++;
            } catch (Throwable e) {
                throw new AssertionError("-Dseed=" + seed + " case " + i, e);
            }
        }
        assertThat(refused).as("-Dseed=" + seed).isPositive();
    }

    private static GenericRecord asGeneric() {
        GenericRecord record = new GenericData.Record(AvroSchemas.withoutJavaStrings(WorkerLeft.getClassSchema()));
        record.put("worker", "w1");
        return record;
    }

    private static GenericRecord record(String name, String fields) {
        return new GenericData.Record(AvroSchemas.parse("{\"type\":\"record\",\"name\":\"" + name
                + "\",\"namespace\":\"io.xylem.schemas.avro\",\"fields\":[" + fields + "]}"));
    }

    private byte[] write(org.apache.avro.generic.GenericContainer value) {
        try (RegistryAvroSerializer<org.apache.avro.generic.GenericContainer> serializer =
                new RegistryAvroSerializer<>()) {
            serializer.configure(Map.of("schema.registry.url", "mock://" + scope), false);
            return Objects.requireNonNull(serializer.serialize("t", value));
        }
    }

    private <T extends SpecificRecord & org.apache.avro.generic.GenericContainer> T read(Class<T> type, byte[] bytes) {
        try (RegistryAvroDeserializer<T> deserializer = new RegistryAvroDeserializer<>()) {
            deserializer.configure(
                    Map.of(
                            "schema.registry.url",
                            "mock://" + scope,
                            "specific.avro.reader",
                            true,
                            "specific.avro.value.type",
                            type.getName()),
                    false);
            return Objects.requireNonNull(deserializer.deserialize("t", bytes));
        }
    }
}
