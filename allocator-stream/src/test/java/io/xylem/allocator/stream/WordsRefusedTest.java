package io.xylem.allocator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.RealmSettings;
import io.xylem.balancing.Policies;
import io.xylem.schemas.avro.GeoLocation;
import io.xylem.schemas.avro.InstanceDraining;
import io.xylem.schemas.avro.InstanceMigrated;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.ServiceRemoved;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WithdrawalConfirmed;
import io.xylem.schemas.avro.WorkerJoined;
import io.xylem.schemas.avro.WorkerLeft;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that can be read, with words that can't: each is an outcome with a code, and no dead letter. */
@NullUnmarked // JUnit fills the fields
class WordsRefusedTest {
    private static final String S = "A.prod.S.prod";

    @TempDir
    private Path directory;

    private Driver driver;

    @BeforeEach
    void open() {
        driver = new Driver(directory, new AddressPlan(RealmSettings.defaults(Policies.load())), 1);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    /** In every event that names a service. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "A",
                "A.prod.S",
                "A.prod.S.prod.x",
                ".prod.S.prod",
                "A..S.prod",
                "A.prod..prod",
                "A.prod.S.",
                "A.prod.S.prod.",
                ".A.prod.S.prod",
                "A.prod.S-1.prod",
                "A.prod.S_1.prod",
                "A.prod.S 1.prod",
                " A.prod.S.prod",
                "A.prod.S.prod ",
                "A.prod.S.prod\n",
                "A.prod.S\u0000.prod",
                "A.prod.Ä.prod",
                "A.prod.１.prod",
                "A.prod.S|1.prod",
                "A.prod.S#1.prod",
                "A/prod/S/prod",
                "A.prod.a123456789012345678901234567890.prod"
            })
    void namesThatAreNoServicesName(String name) {
        Object[] bodies = {
            new ServiceRegistered(name, List.of()),
            new ServiceRemoved(name),
            new InstanceScheduled(name, 1, "w1", 1),
            new InstanceReady(name, 1, null),
            new InstanceUnready(name, 1, "", null),
            new InstanceMigrated(name, 1, "w1"),
            new InstanceDraining(name, 1),
            new InstanceRemoved(name, 1),
            new WithdrawalConfirmed(name, 1, 1L)
        };
        for (Object body : bodies) {
            refused("INVALID_NAME", body.getClass().getSimpleName(), body, "");
        }
        assertThat(driver.allocations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"A.a.S.s", "0.0.0.0", "a12345678901234567890123456789.Z9.a12345678901234567890123456789.z"})
    void namesThatAre(String name) {
        driver.publish(AvroEvents.event("r", new ServiceRegistered(name, List.of())));
        assertThat(driver.outcome().getCode()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a|b",
                "-a",
                "a b",
                "ä",
                "a\n",
                "r23456789012345678901234567890123456789012345678901234567890123x"
            })
    void namesThatAreNoRealms(String realm) {
        driver.publish(AvroEvents.event(realm, "x", new WorkerLeft("w1")));
        Outcome outcome = driver.outcome();
        assertThat(outcome.getCode()).isEqualTo("INVALID_NAME");
        assertThat(outcome.getRealm()).isEqualTo(realm);
        assertThat(driver.stored()).isEmpty();
    }

    @Test
    void wordsThatTheModelDoesNotAllowAreRefused() {
        refused("INVALID_NAME", "its 3 parts", new ServiceRegistered("A.prod.S", List.of()), "it has 3 parts");
        refused("INVALID_NAME", "a dash", new ServiceRegistered("A.prod.S-1.prod", List.of()), "'S-1'");
        refused("MALFORMED_EVENT", "no weight", new InstanceScheduled(S, 1, "w1", 0), "allowed: 1 to 1000");
        refused(
                "INVALID_NAME",
                "no name",
                new WorkerJoined("", "c", new UnderlayEndpoint("1.1.1.1", 1), null, null),
                "''");
        refused("MALFORMED_EVENT", "a number below 0", new InstanceScheduled(S, -1, "w1", 1), "not -1");
        refused(
                "MALFORMED_EVENT",
                "no address",
                new WorkerJoined("w1", "c", new UnderlayEndpoint("10.0.0.256", 1), null, null),
                "10.0.0.256");
        refused(
                "MALFORMED_EVENT",
                "no port",
                new WorkerJoined("w1", "c", new UnderlayEndpoint("10.0.0.1", 70_000), null, null),
                "70000");
        refused(
                "MALFORMED_EVENT",
                "no place",
                new WorkerJoined("w1", "c", new UnderlayEndpoint("10.0.0.1", 1), null, new GeoLocation(91.0, 0.0)),
                "91");
        assertThat(driver.deadLetters()).isEmpty();
    }

    private void refused(String code, String id, Object body, String found) {
        driver.publish(AvroEvents.event(id, body));
        Outcome outcome = driver.outcome();
        assertThat(outcome.getId()).isEqualTo(id);
        assertThat(outcome.getType()).isEqualTo(body.getClass().getSimpleName());
        assertThat(outcome.getCode()).isEqualTo(code);
        assertThat(outcome.getMessage()).contains(found);
    }
}
