package io.xylem.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv6Test {
    /** RFC 5952, section 4, and its examples. */
    @ParameterizedTest
    @CsvSource({
        "2001:0db8:0:0:1:0:0:1,           2001:db8::1:0:0:1", // the first of two longest runs
        "2001:db8:0:0:0:0:2:1,            2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1,            2001:db8:0:1:1:1:1:1", // a single zero group is written out
        "2001:0:0:1:0:0:0:1,              2001:0:0:1::1", // the longest run
        "2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:FFFF, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff",
        "2001:0db8::0001,                 2001:db8::1",
        "0:0:0:0:0:0:0:0,                 ::",
        "0:0:0:0:0:0:0:1,                 ::1",
        "1:0:0:0:0:0:0:0,                 1::",
        "1:0:0:2:0:0:3:4,                 1::2:0:0:3:4",
        "0:1:0:0:0:0:0:0,                 0:1::",
        "0:0:1:2:3:4:5:6,                 ::1:2:3:4:5:6",
        "1:2:3:4:5:6:0:0,                 1:2:3:4:5:6::",
        "0:1:2:3:4:5:6:7,                 0:1:2:3:4:5:6:7",
        "fdff:2000:0:0:0:0:0:1,           fdff:2000::1",
        "fc00:0:0:0:0:0:0:7901,           fc00::7901",
        "fdfd:ffff:ffff:ffff:ffff:ffff:ffff:ff00, fdfd:ffff:ffff:ffff:ffff:ffff:ffff:ff00"
    })
    void theTextIsCanonical(String spelling, String canonical) {
        assertThat(Ipv6.parse(spelling)).hasToString(canonical).isEqualTo(Ipv6.parse(canonical));
    }

    @Test
    void everyAddressReadsBackAndIsWhatTheJdkReads() throws UnknownHostException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            // Groups of zeros are what the text is about.
            long high = random.nextLong() & mask(random);
            long low = random.nextLong() & mask(random);
            Ipv6 address = new Ipv6(high, low);
            if (high == 0 && low >>> 32 == 0xffff) {
                continue; // the JDK turns a mapped address into an IPv4 one
            }
            String text = address.toString();
            assertThat(Ipv6.parse(text)).isEqualTo(address);
            assertThat(InetAddress.getByName(text).getAddress()).isEqualTo(address.bytes());
            assertThat(Ipv6.of(address.bytes())).isEqualTo(address);
            assertThat(text).isEqualTo(text.toLowerCase(Locale.ROOT)).doesNotContain(":::");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "g::1",
                "fc00::1%eth0",
                "::10.30.0.1",
                "[::1]",
                " ::1",
                "fc00::/7",
                "localhost",
                "10.30.0.1"
            })
    void anythingElseIsRefusedByName(String text) {
        assertThatThrownBy(() -> Ipv6.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void addingCarriesIntoTheUpperHalf() {
        assertThat(Ipv6.parse("fc00::ffff:ffff:ffff:ffff").plus(1)).isEqualTo(Ipv6.parse("fc00:0:0:1::"));
        assertThat(Ipv6.parse("fc00::1").plus(255)).isEqualTo(Ipv6.parse("fc00::100"));
    }

    @Test
    void theOrderIsUnsigned() {
        assertThat(Ipv6.parse("fdff::1")).isGreaterThan(Ipv6.parse("1::"));
        assertThat(Ipv6.parse("1::8000:0:0:0")).isGreaterThan(Ipv6.parse("1::1"));
    }

    private static long mask(Random random) {
        long mask = 0;
        for (int group = 0; group < 4; group++) {
            mask = (mask << 16) | (random.nextBoolean() ? 0 : 0xffff);
        }
        return mask;
    }
}
