package io.xylem.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Convergence;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AppliedListenerTest {
    private static final TopicPartition APPLIED = new TopicPartition(Topics.CONVERGENCE.name(), 0);
    private static final TopicPartition EVENTS = new TopicPartition(Topics.DEPLOYMENT_EVENTS.name(), 0);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final long EVENT_AT_MS = 1_000_000;

    private final Serde<Convergence> serde =
            Topics.CONVERGENCE.valueSerde(Map.of("schema.registry.url", "mock://applied"));
    private final Reader applied = new Reader();
    private final Queue<Reader> readers = new ArrayDeque<>(List.of(applied, eventsFrom(7)));
    private final AppliedListener listener = new AppliedListener(() -> readers.remove(), serde);

    @AfterEach
    void close() {
        listener.close();
    }

    @Test
    void aChangeIsAppliedWhenThatIsInTheLog() throws Exception {
        CompletableFuture<Applied> change = listener.ask(outcome(7), LONG);
        applied.append(new Convergence("r", 6L, EVENT_AT_MS - 1, EVENT_AT_MS, 1, "w1"));
        applied.append(new Convergence("r", 7L, EVENT_AT_MS, EVENT_AT_MS + 12, 3, "w2"));
        assertThat(change.get()).isEqualTo(new Applied("r", 7, 3, Duration.ofMillis(12), "w2"));
    }

    @Test
    void anAnswerThatCameBeforeItsQuestionIsFound() throws Exception {
        applied.past = List.of(
                new Convergence("r", 3L, 0L, 0L, 1, "w1"),
                new Convergence("r", 7L, EVENT_AT_MS, EVENT_AT_MS + 12, 3, "w2"),
                new Convergence("r", 9L, EVENT_AT_MS + 1, EVENT_AT_MS + 13, 0, ""));
        assertThat(listener.ask(outcome(7), LONG).get().workers()).isEqualTo(3);
        assertThat(applied.askedFor).as("a minute before the event").isEqualTo(EVENT_AT_MS - 60_000);
        // Read on the way, and remembered: no other reader is there to look for its event.
        assertThat(listener.ask(outcome(9), LONG).get().workers()).isZero();
        assertThat(listener.ask(outcome(7), LONG).get().workers()).isEqualTo(3);
    }

    @Test
    void whoWaitsInVainIsToldWhichVersionItWas() {
        assertThatThrownBy(listener.ask(outcome(7), Duration.ofMillis(1))::get)
                .cause()
                .isInstanceOfSatisfying(
                        NotAppliedException.class, e -> assertThat(e.version()).isEqualTo(7))
                .hasMessageContaining("version 7 of realm 'r'");
    }

    @Test
    void whoStillWaitsAtTheEndIsTold() {
        CompletableFuture<Applied> change = listener.ask(outcome(7), LONG);
        listener.close();
        assertThatThrownBy(change::get).cause().hasMessageContaining("closed before");
    }

    private static Outcome outcome(long version) {
        return Outcome.newBuilder()
                .setRealm("r")
                .setId("1")
                .setOffset(version)
                .setType("InstanceRemoved")
                .setStatus(OutcomeStatus.ACCEPTED)
                .build();
    }

    private static Reader eventsFrom(long offset) {
        Reader reader = new Reader();
        reader.schedulePollTask(() -> reader.addRecord(new ConsumerRecord<>(
                EVENTS.topic(),
                0,
                offset,
                EVENT_AT_MS,
                TimestampType.LOG_APPEND_TIME,
                0,
                0,
                "r",
                new byte[0],
                new RecordHeaders(),
                Optional.empty())));
        return reader;
    }

    /** A broker with one partition, as far as the listener asks it. */
    private static final class Reader extends MockConsumer<String, byte[]> {
        private final Serde<Convergence> serde =
                Topics.CONVERGENCE.valueSerde(Map.of("schema.registry.url", "mock://applied"));
        private long end;
        volatile long askedFor;

        /** Seen by those only who go back to it. */
        volatile List<Convergence> past = List.of();

        Reader() {
            super("earliest");
            for (TopicPartition partition : List.of(APPLIED, EVENTS)) {
                updatePartitions(partition.topic(), List.of(new PartitionInfo(partition.topic(), 0, null, null, null)));
                updateBeginningOffsets(Map.of(partition, 0L));
                updateEndOffsets(Map.of(partition, 0L));
            }
        }

        void append(Convergence convergence) {
            byte[] bytes = serde.serializer().serialize(APPLIED.topic(), convergence);
            long offset = end++;
            schedulePollTask(() -> addRecord(new ConsumerRecord<>(
                    APPLIED.topic(), 0, offset, convergence.getRealm() + "|" + convergence.getVersion(), bytes)));
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
            Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
            times.forEach((partition, time) -> {
                askedFor = time;
                found.put(partition, new OffsetAndTimestamp(0, time));
            });
            past.forEach(this::append);
            return found;
        }
    }
}
