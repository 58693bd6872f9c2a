package io.xylem.publish;

import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Convergence;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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

    /** An answer that old is not in the log any more, and a change that old is applied or was given up. */
    private static final Duration ANSWERS_KEPT =
            Topics.CONVERGENCE.retention().orElse(Duration.ofDays(7)).minus(Duration.ofHours(1));

    /** @param version that is waited for; {@link #UNKNOWN} first where the event itself changed nothing */
    private record Question(Outcome outcome, AtomicLong version, CompletableFuture<Applied> answer) {
        static final long UNKNOWN = -1;

        static Question of(Outcome outcome) {
            return new Question(
                    outcome,
                    new AtomicLong(outcome.getUnchanged() ? UNKNOWN : outcome.getOffset()),
                    new CompletableFuture<>());
        }

        String realm() {
            return outcome.getRealm();
        }

        String key() {
            return Keys.convergence(realm(), version.get());
        }
    }

    private final RealmLog log;
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
        log = new RealmLog(consumers);
        this.serde = serde;
        consumer = consumers.get();
        thread = Thread.ofPlatform().daemon().name("xylem-applied").start(this::listen);
    }

    /** Whether it is about something that workers have to apply, or had to. */
    static boolean isOfRoutes(Outcome outcome) {
        return outcome.getStatus() == OutcomeStatus.ACCEPTED && !WITHOUT_ALLOCATION.contains(outcome.getType());
    }

    /**
     * What hangs on the answer runs on a thread of its own. For an event that changed nothing the answer is that of the one
     * that did: it may be on its way still.
     */
    CompletableFuture<Applied> ask(Outcome outcome, Duration timeout) {
        Question question = Question.of(outcome);
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
                                        fault instanceof TimeoutException ? notApplied(question, timeout) : fault);
                            }
                        },
                        Thread::startVirtualThread);
        return result;
    }

    private static NotAppliedException notApplied(Question question, Duration timeout) {
        Outcome outcome = question.outcome;
        long version = Math.max(question.version.get(), 0);
        return new NotAppliedException(
                outcome.getRealm(),
                version,
                outcome.getType() + " " + outcome.getId()
                        + (outcome.getUnchanged()
                                ? " is accepted and found what it asks for as version "
                                : " is accepted as version ")
                        + version + " of realm '" + outcome.getRealm() + "', and after " + timeout.toMillis()
                        + " ms a worker concerned has not said that it has applied it, or routing does not run");
    }

    private void listen() {
        RuntimeException reason = new NoOutcomeException("the publisher was closed before the change was applied");
        try (consumer) {
            while (!closing) {
                try {
                    takeAll();
                    if (consumer.assignment().isEmpty()) {
                        consumer.assign(RealmLog.partitions(consumer, Topics.CONVERGENCE.name()));
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

    private void takeAll() {
        List<Question> news = new ArrayList<>();
        for (Question next = asked.poll(); next != null; next = asked.poll()) {
            news.add(next);
        }
        try {
            news.stream()
                    .filter(question -> question.version.get() == Question.UNKNOWN)
                    .collect(Collectors.groupingBy(Question::realm))
                    .forEach(this::resolve);
            // The oldest first: what is read for it is read for the others.
            news.stream()
                    .filter(question -> !question.answer.isDone())
                    .sorted(Comparator.comparingLong(question -> question.version.get()))
                    .forEach(this::take);
        } catch (RuntimeException e) {
            asked.addAll(news); // once more after a wake-up; else they are told why not
            throw e;
        }
    }

    /** Finds out who changed what these events found as it is. What was so long ago need not be waited for. */
    private void resolve(String realm, List<Question> unchanged) {
        Map<String, Long> versions = log.lastChanges(
                realm,
                unchanged.stream()
                        .map(question -> RealmLog.key(question.outcome))
                        .collect(Collectors.toSet()),
                () -> closing);
        long oldest =
                log.firstWithin(ANSWERS_KEPT, realm, unchanged.getLast().outcome.getOffset());
        for (Question question : unchanged) {
            Long version = versions.get(RealmLog.key(question.outcome));
            if (version == null || version < oldest) {
                question.answer.complete(Applied.byNobody(realm, question.outcome.getOffset()));
            } else {
                question.version.set(version);
            }
        }
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
        TopicPartition partition = RealmLog.partition(consumer, Topics.CONVERGENCE.name(), question.realm());
        long version = question.version.get();
        if (covered.getOrDefault(partition, Long.MAX_VALUE) <= version) {
            return;
        }
        if (consumer.assignment().isEmpty()) {
            consumer.assign(RealmLog.partitions(consumer, Topics.CONVERGENCE.name()));
            consumer.seekToEnd(consumer.assignment());
        }
        // When that is not to be had, from the beginning.
        long from = Math.max(0, log.timeOf(question.realm(), version) - CLOCK_MARGIN.toMillis());
        // The end is asked for first: what comes after it is not missed when nothing is late enough yet.
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(partition, from)).get(partition);
        consumer.seek(partition, found == null ? end : found.offset());
        covered.put(partition, version);
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
