package io.xylem.publish;

import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Convergence;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/**
 * Hears which changes are applied everywhere. Begins with the first question, at the time of that question's event, so
 * that an event which was published long ago, and perhaps by somebody else, is answered as well.
 */
final class AppliedListener implements AutoCloseable {
    /** Events that change nothing of what is allocated. */
    private static final Set<String> WITHOUT_ALLOCATION = Set.of("RealmConfigured", "WithdrawalConfirmed");

    private static final Duration POLL = Duration.ofMillis(500);

    /** The answer is at least as late as the event; a clock that was set back is allowed for. */
    private static final Duration CLOCK_MARGIN = Duration.ofMinutes(1);

    /** An answer may come before its question; so many are remembered. */
    private static final int REMEMBERED = 65_536;

    private record Question(String realm, long version, CompletableFuture<Applied> answer) {
        String key() {
            return Keys.convergence(realm, version);
        }
    }

    private final Supplier<Consumer<String, byte[]>> consumers;
    private final Consumer<String, byte[]> consumer;
    private final Serde<Convergence> serde;
    private final ConcurrentLinkedQueue<Question> asked = new ConcurrentLinkedQueue<>();
    private final Map<String, List<Question>> waiting = new HashMap<>();
    private final Map<String, Applied> remembered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Applied> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** By partition, the version from which on every answer was or will be read. */
    private final Map<TopicPartition, Long> covered = new HashMap<>();

    private final Thread thread;
    private volatile @Nullable RuntimeException ended;
    private volatile boolean closing;

    /** @param consumers gives a new one each time; owns what it is given */
    AppliedListener(Supplier<Consumer<String, byte[]>> consumers, Serde<Convergence> serde) {
        this.consumers = consumers;
        this.serde = serde;
        consumer = consumers.get();
        thread = Thread.ofPlatform().daemon().name("xylem-applied").start(this::listen);
    }

    static boolean changesRoutes(Outcome outcome) {
        return outcome.getStatus() == OutcomeStatus.ACCEPTED
                && !outcome.getUnchanged()
                && !WITHOUT_ALLOCATION.contains(outcome.getType());
    }

    /** What hangs on the answer runs on a thread of its own. */
    CompletableFuture<Applied> ask(Outcome outcome, Duration timeout) {
        Question question = new Question(outcome.getRealm(), outcome.getOffset(), new CompletableFuture<>());
        asked.add(question);
        consumer.wakeup();
        RuntimeException reason = ended;
        if (reason != null) {
            question.answer.completeExceptionally(reason);
        }
        var result = new CompletableFuture<Applied>();
        CompletableFuture<Applied> _ = question.answer
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenCompleteAsync(
                        (applied, fault) -> {
                            if (fault == null) {
                                result.complete(applied);
                            } else {
                                result.completeExceptionally(
                                        fault instanceof TimeoutException ? notApplied(outcome, timeout) : fault);
                            }
                        },
                        Thread::startVirtualThread);
        return result;
    }

    private static NotAppliedException notApplied(Outcome outcome, Duration timeout) {
        return new NotAppliedException(
                outcome.getRealm(),
                outcome.getOffset(),
                outcome.getType() + " " + outcome.getId() + " is accepted as version " + outcome.getOffset()
                        + " of realm '" + outcome.getRealm() + "', and after " + timeout.toMillis()
                        + " ms a worker concerned has not said that it has applied it, or routing does not run");
    }

    private void listen() {
        RuntimeException reason = new NoOutcomeException("the publisher was closed before the change was applied");
        try (consumer) {
            while (!closing) {
                try {
                    for (Question next = asked.poll(); next != null; next = asked.poll()) {
                        take(next);
                    }
                    if (consumer.assignment().isEmpty()) {
                        consumer.assign(partitions(consumer, Topics.CONVERGENCE.name()));
                        consumer.seekToEnd(consumer.assignment());
                    }
                    consumer.poll(POLL).forEach(this::hear);
                } catch (WakeupException e) {
                    // A question has come, or the end.
                }
            }
        } catch (RuntimeException e) {
            reason = new KafkaException("what is applied can't be heard any more: " + e.getMessage(), e);
        }
        ended = reason;
        RuntimeException last = reason;
        asked.forEach(question -> question.answer.completeExceptionally(last));
        waiting.values()
                .forEach(questions -> questions.forEach(question -> question.answer.completeExceptionally(last)));
    }

    private void take(Question question) {
        Applied known = remembered.get(question.key());
        if (known != null) {
            question.answer.complete(known);
            return;
        }
        waiting.computeIfAbsent(question.key(), _ -> new ArrayList<>()).add(question);
        cover(question);
    }

    /** Goes back to the question's event, if what was read begins later. */
    private void cover(Question question) {
        List<TopicPartition> partitions = partitions(consumer, Topics.CONVERGENCE.name());
        TopicPartition partition = partitions.get(RealmPartitioner.partition(question.realm, partitions.size()));
        if (covered.getOrDefault(partition, Long.MAX_VALUE) <= question.version) {
            return;
        }
        if (consumer.assignment().isEmpty()) {
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
        }
        long from = timeOf(question) - CLOCK_MARGIN.toMillis();
        // The end is asked for first: what comes after it is not missed when nothing is late enough yet.
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(partition, from)).get(partition);
        consumer.seek(partition, found == null ? end : found.offset());
        covered.put(partition, question.version);
    }

    /** The version is the event's offset. */
    private long timeOf(Question question) {
        try (Consumer<String, byte[]> events = consumers.get()) {
            List<TopicPartition> partitions = partitions(events, Topics.DEPLOYMENT_EVENTS.name());
            TopicPartition partition = partitions.get(RealmPartitioner.partition(question.realm, partitions.size()));
            events.assign(List.of(partition));
            events.seek(partition, question.version);
            for (ConsumerRecord<String, byte[]> event : events.poll(Duration.ofSeconds(10))) {
                return event.timestamp();
            }
            return 0; // not to be had: then from the beginning
        }
    }

    private static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .sorted((one, other) -> Integer.compare(one.partition(), other.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("there is no topic " + topic + "; `xylem topics create` makes all of them");
        }
        return partitions;
    }

    private void hear(ConsumerRecord<String, byte[]> rec) {
        Convergence done = serde.deserializer().deserialize(rec.topic(), rec.headers(), rec.value());
        Applied applied = new Applied(
                done.getRealm(),
                done.getVersion(),
                done.getWorkers(),
                Duration.ofMillis(Math.max(0, done.getAppliedAt() - done.getEventAt())),
                done.getSlowest());
        remembered.put(rec.key(), applied);
        List<Question> questions = waiting.remove(rec.key());
        if (questions != null) {
            questions.forEach(question -> question.answer.complete(applied));
        }
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        boolean interrupted = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        serde.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
