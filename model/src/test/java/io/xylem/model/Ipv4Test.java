package io.xylem.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4Test {
    @Test
    void everyAddressHasOneTextThatReadsBack() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            Ipv4 address = new Ipv4(random.nextInt());
            assertThat(Ipv4.parse(address.toString())).isEqualTo(address);
        }
        assertThat(new Ipv4(0x0a1e0001)).hasToString("10.30.0.1");
        assertThat(new Ipv4(-1)).hasToString("255.255.255.255");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10",
                "10.30.0",
                "10.30.0.0.1",
                "10.30..1",
                ".10.30.0",
                "10.30.0.",
                "10.30.999.1",
                "10.30.0.256",
                "010.030.000.001",
                "10.30.0.00",
                "0x0a.30.0.1",
                " 10.30.0.1",
                "10.30.0.1 ",
                "+1.2.3.4",
                "-1.2.3.4",
                "10.30.999.foo",
                "10.30.0.1/32",
                "1٠.1.1.1",
                "localhost",
                "::1"
            })
    void anythingElseIsRefusedByName(String text) {
        assertThatThrownBy(() -> Ipv4.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({"10.30.0.255,1,10.30.1.0", "10.30.0.1,65533,10.30.255.254", "255.255.255.255,1,0.0.0.0"})
    void addingCarriesOverTheOctets(String from, long offset, String to) {
        assertThat(Ipv4.parse(from).plus(offset)).isEqualTo(Ipv4.parse(to));
    }

    @Test
    void theOrderIsUnsigned() {
        assertThat(Ipv4.parse("200.0.0.0")).isGreaterThan(Ipv4.parse("10.0.0.0"));
        assertThat(Ipv4.parse("10.0.0.10")).isGreaterThan(Ipv4.parse("10.0.0.9"));
    }
}
