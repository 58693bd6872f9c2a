package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

/** What every registry promises, in memory or behind HTTP. */
abstract class RegistryContract {
    static final Schema ONE =
            SchemaBuilder.record("t.R").fields().requiredInt("a").endRecord();
    static final Schema WITH_DEFAULT = SchemaBuilder.record("t.R")
            .fields()
            .requiredInt("a")
            .name("b")
            .type()
            .intType()
            .intDefault(7)
            .endRecord();
    static final Schema WITHOUT_DEFAULT = SchemaBuilder.record("t.R")
            .fields()
            .requiredInt("a")
            .requiredInt("c")
            .endRecord();

    abstract SchemaRegistry registry();

    @Test
    void aSchemaHasOneIdWhereverItIsRegistered() {
        int id = registry().register("s", ONE, false);
        assertThat(registry().register("s", ONE, false)).isEqualTo(id);
        assertThat(registry().register("a/b c", ONE, true)).isEqualTo(id);
        assertThat(registry().lookup("a/b c", ONE, true)).isEqualTo(id);
        assertThat(registry().byId(id)).isEqualTo(ONE);
    }

    @Test
    void theLatestIsTheLastRegistered() {
        registry().register("s", ONE, false);
        int id = registry().register("s", WITH_DEFAULT, false);
        assertThat(registry().latest("s")).isEqualTo(new SchemaRegistry.Registered(id, WITH_DEFAULT));
    }

    @Test
    void whatIsUnknownIsRefusedWithACode() {
        assertCode(() -> registry().byId(99), RegistryException.NO_SUCH_SCHEMA);
        assertCode(() -> registry().latest("nobody"), RegistryException.NO_SUCH_SUBJECT);
        registry().register("s", ONE, false);
        assertCode(() -> registry().lookup("s", WITH_DEFAULT, false), RegistryException.NO_SUCH_SCHEMA);
    }

    @Test
    void theDefaultRefusesASchemaThatCantReadTheLast() {
        registry().register("s", ONE, false);
        assertCode(() -> registry().register("s", WITHOUT_DEFAULT, false), RegistryException.INCOMPATIBLE);
        assertThat(registry().objections("s", WITHOUT_DEFAULT)).isNotEmpty();
        assertThat(registry().objections("s", WITH_DEFAULT)).isEmpty();
        assertThat(registry().objections("nobody", WITHOUT_DEFAULT)).isEmpty();
    }

    @Test
    void aSubjectsOwnCompatibilityGoesBeforeTheGlobalOne() {
        registry().setCompatibility(null, Compatibility.NONE);
        registry().setCompatibility("s", Compatibility.FULL_TRANSITIVE);
        assertThat(registry().compatibility(null)).contains(Compatibility.NONE);
        assertThat(registry().compatibility("s")).contains(Compatibility.FULL_TRANSITIVE);
        assertThat(registry().compatibility("other")).isEmpty();
        registry().register("s", WITH_DEFAULT, false);
        registry().register("s", ONE, false);
        assertCode(() -> registry().register("s", WITHOUT_DEFAULT, false), RegistryException.INCOMPATIBLE);
        registry().register("other", ONE, false);
        registry().register("other", WITHOUT_DEFAULT, false);
    }

    static void assertCode(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, int code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.errorCode()).isEqualTo(code));
    }
}
