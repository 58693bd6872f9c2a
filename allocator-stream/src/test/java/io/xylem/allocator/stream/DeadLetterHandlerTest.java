package io.xylem.allocator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class DeadLetterHandlerTest {
    @Test
    void whatPassesByItselfIsToldFromWhatDoesNot() {
        assertThat(Faults.isTransient(new TimeoutException())).isTrue();
        assertThat(Faults.isTransient(new StreamsException(new RuntimeException(new TimeoutException()))))
                .isTrue();
        assertThat(Faults.isTransient(new SerializationException("wrong bytes")))
                .isFalse();
        assertThat(Faults.isTransient(new StreamsException("a fault"))).isFalse();
    }
}
