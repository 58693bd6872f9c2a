package io.xylem.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTest {
    /** The worker of the address plan's example is the 122nd that joined. */
    @Test
    void subnetsAscendAsInTheAddressPlan() {
        assertThat(Ipv4Prefix.parse("10.18.0.0/16").subnet(26, 121)).hasToString("10.18.30.64/26");
        assertThat(Ipv4Prefix.parse("10.18.0.0/16").subnet(26, 1_023)).hasToString("10.18.255.192/26");
        assertThat(Ipv6Prefix.parse("fc00::/7").subnet(120, 121)).hasToString("fc00::7900/120");
    }

    /** An IPv6 subnet may begin on either side of the middle of the address, and its number may reach over it. */
    @ParameterizedTest
    @CsvSource({
        "fc00::/7, 128, 258, fc00::102/128",
        "fc00::/7, 72, 255, fc00::ff00:0:0:0/72",
        "fc00::/7, 72, 256, fc00:0:0:1::/72",
        "fc00::/7, 65, 3, fc00:0:0:1:8000::/65",
        "fc00::/7, 64, 0, fc00::/64",
        "fc00::/7, 64, 2, fc00:0:0:2::/64",
        "fc00::/7, 48, 65537, fc00:1:1::/48"
    })
    void subnetsV6(String prefix, int length, long index, String subnet) {
        assertThat(Ipv6Prefix.parse(prefix).subnet(length, index)).hasToString(subnet);
    }

    @ParameterizedTest
    @CsvSource({
        "10.18.30.64/26, 10.18.30.64, true",
        "10.18.30.64/26, 10.18.30.127, true",
        "10.18.30.64/26, 10.18.30.63, false",
        "10.18.30.64/26, 10.18.30.128, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "10.30.0.1/32, 10.30.0.1, true",
        "10.30.0.1/32, 10.30.0.0, false"
    })
    void containsV4(String prefix, String address, boolean contained) {
        assertThat(Ipv4Prefix.parse(prefix).contains(Ipv4.parse(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @CsvSource({
        "fdff:2000::/21, fdff:2000::1, true",
        "fdff:2000::/21, fdff:27ff:ffff::, true",
        "fdff:2000::/21, fdff:2800::, false",
        "fc00::7900/120, fc00::79ff, true",
        "fc00::7900/120, fc00::7a00, false",
        "fc00::/64, fc00::ffff:ffff:ffff:ffff, true",
        "fc00::/64, fc00:0:0:1::, false",
        "::/0, ffff::, true",
        "::1/128, ::1, true",
        "::1/128, ::, false"
    })
    void containsV6(String prefix, String address, boolean contained) {
        assertThat(Ipv6Prefix.parse(prefix).contains(Ipv6.parse(address))).isEqualTo(contained);
    }

    @Test
    void overlappingIsMutual() {
        Ipv4Prefix wide = Ipv4Prefix.parse("10.18.0.0/16");
        Ipv4Prefix narrow = Ipv4Prefix.parse("10.18.30.64/26");
        Ipv4Prefix beside = Ipv4Prefix.parse("10.30.0.0/16");
        assertThat(wide.overlaps(narrow)).isTrue();
        assertThat(narrow.overlaps(wide)).isTrue();
        assertThat(wide.overlaps(beside)).isFalse();
        assertThat(Ipv6Prefix.parse("fdff::/21").overlaps(Ipv6Prefix.parse("fdff:800::/21")))
                .isFalse();
        assertThat(Ipv6Prefix.parse("fdff::/21").overlaps(Ipv6Prefix.parse("fc00::/7")))
                .isTrue();
    }

    @Test
    void sizeCountsFirstAndLast() {
        assertThat(Ipv4Prefix.parse("10.18.30.64/26").size()).isEqualTo(64);
        assertThat(Ipv4Prefix.parse("0.0.0.0/0").size()).isEqualTo(1L << 32);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.18.30.65/26", "10.0.0.0/33", "10.0.0.0", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "/8"})
    void badV4IsRefused(String text) {
        assertThatThrownBy(() -> Ipv4Prefix.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fc00::1/120", "fc00::/129", "fc00::", "fc00::/", "fc00::/-1", "fdff:2400::/20"})
    void badV6IsRefused(String text) {
        assertThatThrownBy(() -> Ipv6Prefix.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
