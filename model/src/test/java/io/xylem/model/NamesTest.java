package io.xylem.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @Test
    void aServiceNameHasFourParts() {
        ServiceName name = ServiceName.parse("A.prod.S.test2");
        assertThat(name).isEqualTo(new ServiceName("A", "prod", "S", "test2")).hasToString("A.prod.S.test2");
        String longest = "x".repeat(30);
        assertThat(ServiceName.parse(longest + ".a.b.c").app()).isEqualTo(longest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "A",
                "A.prod.S",
                "A.prod.S.prod.x",
                "A..S.prod",
                "A.prod.S.",
                "A.prod.S-1.prod",
                "A.prod.S_1.prod",
                "A.prod. S.prod",
                "Ä.prod.S.prod",
                "A.prod.S.prod\n",
                "x123456789012345678901234567890.a.b.c",
                "A|b.c.d.e"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> ServiceName.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("app.appNamespace.service.serviceNamespace");
    }

    @Test
    void instancesAreOrderedByServiceAndThenByNumber() {
        ServiceName a = ServiceName.parse("A.prod.S.prod");
        ServiceName b = ServiceName.parse("B.prod.S.prod");
        assertThat(new InstanceName(a, 10))
                .isGreaterThan(new InstanceName(a, 9))
                .isLessThan(new InstanceName(b, 0));
        assertThat(new InstanceName(a, 0)).hasToString("A.prod.S.prod#0");
        assertThatThrownBy(() -> new InstanceName(a, -1)).hasMessageContaining("-1");
    }

    @ParameterizedTest
    @CsvSource({"192.168.77.1, 50103, 192.168.77.1:50103", "FD00:0:0::1, 1, [fd00::1]:1", "::1, 65535, [::1]:65535"})
    void anEndpointHasOneSpelling(String address, int port, String text) {
        assertThat(new Endpoint(address, port)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({"192.168.77.1, 0", "192.168.77.1, 65536", "192.168.77.1, -1", "w1.example, 1", "'', 1", "192.168.77, 1"
    })
    void aBadEndpointIsRefused(String address, int port) {
        assertThatThrownBy(() -> new Endpoint(address, port)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLocationIsOnEarth() {
        assertThat(new Location(90, -180)).isNotNull();
        assertThatThrownBy(() -> new Location(90.1, 0)).hasMessageContaining("90.1");
        assertThatThrownBy(() -> new Location(0, Double.NaN)).hasMessageContaining("NaN");
    }
}
