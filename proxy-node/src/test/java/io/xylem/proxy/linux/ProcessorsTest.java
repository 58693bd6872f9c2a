package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorsTest {
    @ParameterizedTest
    @CsvSource({"0, 1", "0-1, 2", "'0-3,5', 5", "'0-63,128-191', 128"})
    void aListIsCounted(String list, int expected) {
        assertThat(Processors.count(list + "\n")).isEqualTo(expected);
    }
}
