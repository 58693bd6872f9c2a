package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** This process is of the default; SecuredClusterIT has another of another. */
class NamespaceTest {
    @Test
    void aProcessIsOfOnePrefix() {
        assertThat(Topics.ROUTES.name()).isEqualTo("xylem.routes");
        assertThat(Topics.ROUTES.valueSubject()).isEqualTo("xylem.routes-value");
        assertThat(Applications.allocator()).isEqualTo("xylem-allocator-v1");
        Namespace.use("xylem");
        Namespace.use(Map.of());
        assertThatThrownBy(() -> Namespace.use(Map.of(Namespace.SETTING, "other")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'xylem'");
    }

    /** One whose end can't be seen would have rights to another's topics. */
    @ParameterizedTest
    @ValueSource(strings = {"", "a.b", "a-b", "a_b", "*"})
    void aPrefixIsLettersAndDigits(String prefix) {
        assertThatThrownBy(() -> Namespace.use(prefix)).isInstanceOf(ConfigException.class);
    }
}
