package io.xylem.bench;

import io.xylem.bench.Log.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Both ends of a program under measure: a producer of what it reads, and a consumer, read_committed, of what it writes.
 * The program answers each record by one, in their order. Not thread-safe.
 */
final class Pipe implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long PATIENCE_NS = Duration.ofMinutes(3).toNanos();
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_SECOND = 1e9;

    private final String from;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** Hears what is written from now on. */
    Pipe(String bootstrap, String from, String to) {
        this.from = from;
        // Nothing waits for company; under load records gather while others are under way.
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "linger.ms",
                        0,
                        "batch.size",
                        1 << 18,
                        "compression.type",
                        "lz4",
                        "buffer.memory",
                        1 << 26),
                new StringSerializer(),
                new ByteArraySerializer());
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        TopicPartition partition = new TopicPartition(to, 0);
        consumer.assign(List.of(partition));
        consumer.seekToEnd(List.of(partition));
        consumer.position(partition);
    }

    /** @param seconds from the first sending to the last answer */
    record Burst(double seconds, List<byte[]> answers) {
        double perSecond() {
            return answers.size() / seconds;
        }
    }

    /** Everything as fast as it goes. */
    Burst burst(List<Message> messages, Jvm program) throws InterruptedException {
        List<byte[]> answers = new ArrayList<>(messages.size());
        long startNs = System.nanoTime();
        Thread sender = Thread.ofPlatform()
                .start(() -> messages.forEach(message -> {
                    Future<?> _ = send(message);
                }));
        receive(messages.size(), program, (_, value, _) -> answers.add(value));
        double seconds = (System.nanoTime() - startNs) / NS_PER_SECOND;
        sender.join();
        return new Burst(seconds, answers);
    }

    /** @param latenciesMs from the sending of each to its answer */
    record Latencies(double[] latenciesMs, List<byte[]> answers) {}

    /** The next one is sent when the answer to the one before has come. */
    Latencies oneByOne(List<Message> messages, Jvm program) {
        double[] latenciesMs = new double[messages.size()];
        List<byte[]> answers = new ArrayList<>();
        for (int n = 0; n < latenciesMs.length; n++) {
            int at = n;
            long sentNs = System.nanoTime();
            Future<?> _ = send(messages.get(n));
            receive(1, program, (_, value, atNs) -> {
                latenciesMs[at] = (atNs - sentNs) / NS_PER_MS;
                answers.add(value);
            });
        }
        return new Latencies(latenciesMs, answers);
    }

    /** As {@link #atRate(List, int, int, Jvm)}, one record each time. */
    Latencies atRate(List<Message> messages, int perSecond, Jvm program) throws InterruptedException {
        return atRate(messages, 1, perSecond, program);
    }

    /**
     * At fixed times, whatever has come back; each latency counts from when its records were due to the answer to the last of
     * them.
     *
     * @param copies of a message that are sent each time
     */
    Latencies atRate(List<Message> messages, int copies, int perSecond, Jvm program) throws InterruptedException {
        double[] latenciesMs = new double[messages.size()];
        List<byte[]> answers = new ArrayList<>();
        long periodNs = (long) (NS_PER_SECOND / perSecond);
        long startNs = System.nanoTime() + periodNs;
        Thread sender = paced(messages.size(), startNs, periodNs, n -> {
            for (int copy = 0; copy < copies; copy++) {
                Future<?> _ = send(messages.get(n));
            }
        });
        receive(messages.size() * copies, program, (n, value, atNs) -> {
            latenciesMs[n / copies] = (atNs - (startNs + n / copies * periodNs)) / NS_PER_MS;
            answers.add(value);
        });
        sender.join();
        return new Latencies(latenciesMs, answers);
    }

    /** Does something at fixed times, on a thread of its own. */
    static Thread paced(int count, long startNs, long periodNs, IntConsumer action) {
        return Thread.ofPlatform().start(() -> {
            for (int n = 0; n < count; n++) {
                long leftNs = startNs + n * periodNs - System.nanoTime();
                while (leftNs > 0) {
                    LockSupport.parkNanos(leftNs);
                    leftNs = startNs + n * periodNs - System.nanoTime();
                }
                action.accept(n);
            }
        });
    }

    /** A fault shows as an answer that does not come. */
    Future<RecordMetadata> send(Message message) {
        return producer.send(new ProducerRecord<>(from, message.key(), message.value()), (_, fault) -> {
            if (fault != null) {
                System.err.println("a record of " + from + " was not written: " + fault);
            }
        });
    }

    interface Receiver {
        /** @param n the how manieth, from 0 */
        void take(int n, byte[] value, long atNs);
    }

    /** Waits for {@code count} answers. @throws IllegalStateException if the program ends or says nothing for minutes */
    void receive(int count, Jvm program, Receiver receiver) {
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        int received = 0;
        while (received < count) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                receiver.take(received++, record.value(), System.nanoTime());
                deadlineNs = System.nanoTime() + PATIENCE_NS;
            }
            program.checkAlive();
            if (received < count && System.nanoTime() - deadlineNs > 0) {
                throw new IllegalStateException("only " + received + " of " + count + " answers to " + from
                        + " have come; the program's log ends with\n" + program.tail());
            }
        }
        if (received > count) {
            throw new IllegalStateException(received + " answers to " + count + " records of " + from);
        }
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
