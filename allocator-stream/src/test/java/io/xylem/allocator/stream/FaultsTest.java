package io.xylem.allocator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FaultsTest {
    static Throwable[] ofATransactionOrMembership() {
        return new Throwable[] {
            new InvalidTxnStateException("the broker ended it"),
            new TransactionAbortableException("the broker ended it"),
            new InvalidProducerEpochException("a later one was given"),
            new ProducerFencedException("a later one was given"),
            new OutOfOrderSequenceException("the broker forgot"),
            new UnknownMemberIdException(),
            new TimeoutException()
        };
    }

    @ParameterizedTest
    @MethodSource("ofATransactionOrMembership")
    void whatEndedWithTheOldThreadHealsInAnother(Throwable fault) {
        assertThat(Faults.healsInAnotherThread(fault)).isTrue();
        assertThat(Faults.healsInAnotherThread(new StreamsException(new KafkaException("in an error state", fault))))
                .isTrue();
    }

    @Test
    void aNameGivenTwiceAndFaultsOfOurOwnDoNot() {
        assertThat(Faults.healsInAnotherThread(new FencedInstanceIdException("another has it")))
                .isFalse();
        assertThat(Faults.healsInAnotherThread(new StreamsException(new IllegalStateException("a decision failed"))))
                .isFalse();
        assertThat(Faults.healsInAnotherThread(new AuthorizationException("not allowed")))
                .isFalse();
    }
}
