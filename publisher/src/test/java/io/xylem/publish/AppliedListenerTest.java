package io.xylem.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Convergence;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
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
    private static final TopicPartition ALLOCATIONS = new TopicPartition(Topics.ALLOCATIONS.name(), 0);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final long EVENT_AT_MS = 1_000_000;

    private final Serde<Convergence> serde =
            Topics.CONVERGENCE.valueSerde(Map.of("schema.registry.url", "mock://applied"));
    private final Reader applied = new Reader();
    private final Queue<Reader> readers = new ConcurrentLinkedQueue<>(List.of(applied, eventsFrom(7)));
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

    /** Who removed the instance did not wait, and it is removed once more by somebody who does. */
    @Test
    void anEventThatChangedNothingWaitsForTheOneThatDid() throws Exception {
        readers.clear();
        Reader allocations = new Reader();
        allocations.keep(record(Keys.instance("r", "A.prod.S.prod", 2), 99), removed(4), removed(7));
        readers.addAll(List.of(allocations, eventsFrom(12), eventsFrom(0), eventsFrom(7)));
        CompletableFuture<Applied> change = listener.ask(again(12), LONG);
        applied.append(new Convergence("r", 4L, EVENT_AT_MS, EVENT_AT_MS + 1, 3, "w2"));
        applied.append(new Convergence("r", 6L, EVENT_AT_MS, EVENT_AT_MS + 1, 3, "w2"));
        applied.awaitHeard();
        assertThat(change).isNotDone();
        applied.append(new Convergence("r", 7L, EVENT_AT_MS, EVENT_AT_MS + 12, 3, "w2"));
        assertThat(change.get()).isEqualTo(new Applied("r", 7, 3, Duration.ofMillis(12), "w2"));
    }

    @Test
    void whatWasChangedLongerAgoThanAnswersAreKeptNeedNotBeWaitedFor() throws Exception {
        readers.clear();
        Reader allocations = new Reader();
        allocations.keep(removed(7));
        Reader events = eventsFrom(12);
        events.firstWithin = 8;
        readers.addAll(List.of(allocations, eventsFrom(12), events));
        assertThat(listener.ask(again(12), LONG).get()).isEqualTo(Applied.byNobody("r", 12));

        readers.addAll(List.of(new Reader(), eventsFrom(13), eventsFrom(0)));
        assertThat(listener.ask(again(13), LONG).get())
                .as("not even its withdrawal is known")
                .isEqualTo(Applied.byNobody("r", 13));
    }

    private static ConsumerRecord<String, byte[]> removed(long version) {
        return record(Keys.instance("r", "A.prod.S.prod", 1), version);
    }

    private static ConsumerRecord<String, byte[]> record(String key, long version) {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, version);
        return new ConsumerRecord<>(
                ALLOCATIONS.topic(), 0, 0, 0, TimestampType.CREATE_TIME, 0, 0, key, null, headers, Optional.empty());
    }

    private static Outcome again(long offset) {
        return Outcome.newBuilder(outcome(offset))
                .setService("A.prod.S.prod")
                .setInstance(1)
                .setUnchanged(true)
                .build();
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

        /** What is found by any time. */
        volatile long firstWithin;

        /** Seen by those only who go back to it. */
        volatile List<Convergence> past = List.of();

        Reader() {
            super("earliest");
            for (TopicPartition partition : List.of(APPLIED, EVENTS, ALLOCATIONS)) {
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

        /** What was appended is heard before the next poll. */
        void awaitHeard() {
            CompletableFuture<Void> next = new CompletableFuture<>();
            schedulePollTask(() -> next.complete(null));
            next.orTimeout(20, TimeUnit.SECONDS).join();
        }

        /** Their offsets are their order. */
        @SafeVarargs
        final void keep(ConsumerRecord<String, byte[]>... records) {
            updateEndOffsets(Map.of(ALLOCATIONS, (long) records.length));
            schedulePollTask(() -> {
                for (int offset = 0; offset < records.length; offset++) {
                    ConsumerRecord<String, byte[]> one = records[offset];
                    addRecord(new ConsumerRecord<>(
                            one.topic(),
                            0,
                            offset,
                            one.timestamp(),
                            one.timestampType(),
                            0,
                            0,
                            one.key(),
                            one.value(),
                            one.headers(),
                            Optional.empty()));
                }
            });
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
            Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
            times.forEach((partition, time) -> {
                askedFor = time;
                found.put(partition, new OffsetAndTimestamp(firstWithin, time));
            });
            past.forEach(this::append);
            return found;
        }
    }
}
