package io.xylem.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Every record lies in the partition of its realm, in every topic, so that one task sees all of a realm. As
 * {@code partitioner.class} of a producer it serves the keys of {@link Keys} and plain realms. The keys of outcomes do
 * not name the realm: their writer says the partition itself.
 */
public final class RealmPartitioner implements Partitioner {
    /** That an int holds. */
    private static final int NUMBER_DIGITS_MOST = 9;

    /** What Kafka's default does for the key {@code realm}. */
    public static int partition(String realm, int partitions) {
        return ofText(realm, partitions);
    }

    /**
     * In worker-routes, and nowhere else, records lie in the partition of the worker that they are for. Workers whose
     * names differ only by a running number at the end lie one after the other, so that no two share a partition as long
     * as there are as many; others lie where the hash of their name says.
     */
    public static int partition(String realm, String worker, int partitions) {
        int digits = worker.length();
        while (digits > 0 && worker.length() - digits < NUMBER_DIGITS_MOST && isDigit(worker.charAt(digits - 1))) {
            digits--;
        }
        int first = ofText(Keys.realmWorker(realm, worker.substring(0, digits) + "#"), partitions);
        int number = digits < worker.length() ? Integer.parseInt(worker, digits, worker.length(), 10) : 0;
        return (int) (((long) first + number) % partitions);
    }

    private static boolean isDigit(char letter) {
        return letter >= '0' && letter <= '9';
    }

    private static int ofText(String text, int partitions) {
        return Utils.toPositive(Utils.murmur2(text.getBytes(UTF_8))) % partitions;
    }

    @Override
    public int partition(
            String topic,
            @Nullable Object key,
            byte @Nullable [] keyBytes,
            @Nullable Object value,
            byte @Nullable [] valueBytes,
            Cluster cluster) {
        if (!(key instanceof String text)) {
            throw new IllegalArgumentException("a record of " + topic + " needs a text key that begins with its realm");
        }
        return partition(Keys.realmOf(text), cluster.partitionsForTopic(topic).size());
    }

    @Override
    public void configure(Map<String, ?> configs) {}

    @Override
    public void close() {}
}
