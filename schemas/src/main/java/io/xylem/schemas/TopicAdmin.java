package io.xylem.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Brings the catalogue to a cluster, and tells where the cluster differs from it. Of a topic that exists only settings are
 * changed, and only those of the catalogue: other partitions would move realms, and replicas are moved by Kafka's own tool.
 */
public final class TopicAdmin {
    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);
    private static final String PARTITIONS = "partitions";
    private static final String REPLICAS = "replicas";
    private static final String TOPIC = "the topic";

    private final Admin admin;
    private final Layout layout;

    /**
     * How the cluster carries the topics.
     *
     * @param partitions of every topic but worker-routes alike; with more of them more realms are worked on at once.
     *     Changing it later moves realms between partitions: it takes a new cluster of topics
     * @param workerPartitions of worker-routes; with more of them a proxy reads less of what is meant for others
     */
    public record Layout(int partitions, int workerPartitions, int replicationFactor) {
        /**
         * As many as a realm has workers in IPv4: with a running number in its name each has its own. Otherwise the median
         * one shares its partition with one other, and one of a hundred with five. With twice as many it would read half as much of others' routes, and be told of twice the
         * partitions: each is some forty bytes of what every client asks for at its start and every five minutes.
         */
        public static final int WORKER_PARTITIONS = 1_024;

        public static final int DEVELOPMENT_WORKER_PARTITIONS = 16;

        /** One broker, few workers. */
        public static final Layout DEVELOPMENT = new Layout(1, DEVELOPMENT_WORKER_PARTITIONS, 1);

        /** Three brokers, one of which may be gone. */
        public static final Layout PRODUCTION = new Layout(12, WORKER_PARTITIONS, 3);

        public Layout {
            if (partitions < 1
                    || workerPartitions < 1
                    || replicationFactor < 1
                    || replicationFactor > Short.MAX_VALUE) {
                throw new IllegalArgumentException("a layout needs at least one partition and one replica, not "
                        + partitions + ", " + workerPartitions + " and " + replicationFactor);
            }
        }

        /** With as many partitions for workers as for realms. */
        public Layout(int partitions, int replicationFactor) {
            this(partitions, partitions, replicationFactor);
        }

        public int partitions(Topic<?> topic) {
            return topic.equals(Topics.WORKER_ROUTES) ? workerPartitions : partitions;
        }

        /** One broker may be away; with a single one there is nothing to spare. */
        int minInsyncReplicas() {
            return Math.max(1, replicationFactor - 1);
        }
    }

    /** One thing that is not as the catalogue says. */
    public record Difference(String topic, String setting, String wanted, String found) {
        /** Else it is a topic that is missing, or its partitions or replicas. */
        private boolean isOfSettings() {
            return !setting.equals(PARTITIONS) && !setting.equals(REPLICAS) && !setting.equals(TOPIC);
        }

        @Override
        public String toString() {
            return topic + ": " + setting + " is " + found + ", not " + wanted;
        }
    }

    /** The admin client stays the caller's. */
    public TopicAdmin(Admin admin, Layout layout) {
        this.admin = admin;
        this.layout = layout;
    }

    /**
     * Creates the topics that are missing, waits until the brokers tell clients of them, and returns their names; those
     * that exist are left as they are.
     */
    public List<String> create() {
        Set<String> existing = await(admin.listTopics().names());
        List<NewTopic> missing = Topics.all().stream()
                .filter(topic -> !existing.contains(topic.name()))
                .map(topic -> new NewTopic(topic.name(), Optional.of(layout.partitions(topic)), Optional.of((short)
                                layout.replicationFactor))
                        .configs(configs(topic)))
                .toList();
        List<String> created = new ArrayList<>();
        admin.createTopics(missing).values().forEach((name, future) -> {
            try {
                await(future);
                created.add(name);
            } catch (TopicExistsException _) {
                // Somebody else made it between our two questions; check() tells whether as we would have.
            }
        });
        awaitVisible(created);
        return created.stream().sorted().toList();
    }

    /** The controller has made them when it answers; a broker learns of it a moment later. */
    private void awaitVisible(Collection<String> topics) {
        awaitVisible(
                () -> await(admin.listTopics().names()).containsAll(topics),
                "the topics " + topics + " are made, and after " + VISIBLE_WITHIN.toSeconds()
                        + " s a broker still does not know them all");
    }

    private static void awaitVisible(BooleanSupplier isVisible, String complaint) {
        long deadlineNs = System.nanoTime() + VISIBLE_WITHIN.toNanos();
        while (!isVisible.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new TimeoutException(complaint);
            }
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }

    /**
     * Gives the topics that exist the catalogue's settings, waits until the brokers tell clients of them, and returns what
     * was not so before. Settings of which the catalogue says nothing are left as they are.
     */
    public List<Difference> align() {
        List<Difference> changed = alignable();
        if (!changed.isEmpty()) {
            Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
            changed.forEach(difference -> changes.computeIfAbsent(resource(difference.topic()), _ -> new ArrayList<>())
                    .add(new AlterConfigOp(
                            new ConfigEntry(difference.setting(), difference.wanted()), AlterConfigOp.OpType.SET)));
            await(admin.incrementalAlterConfigs(changes).all());
            awaitVisible(
                    () -> alignable().isEmpty(),
                    "the settings are changed, and after " + VISIBLE_WITHIN.toSeconds()
                            + " s a broker still does not say so, or somebody else changed them back: " + changed);
        }
        return changed;
    }

    /**
     * How many replicas must have a record follows from how many there are: where those are not as the layout says, it is
     * likely the layout that is wrong, and a cluster of three brokers must not be made to do with one of them.
     */
    private List<Difference> alignable() {
        List<Difference> all = diff();
        Set<String> otherReplicas = all.stream()
                .filter(difference -> difference.setting().equals(REPLICAS))
                .map(Difference::topic)
                .collect(Collectors.toSet());
        return all.stream()
                .filter(Difference::isOfSettings)
                .filter(difference -> !difference.setting().equals(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
                        || !otherReplicas.contains(difference.topic()))
                .toList();
    }

    /** Where the cluster is not as the catalogue and the layout say; empty if it is. */
    public List<Difference> diff() {
        Set<String> existing = await(admin.listTopics().names());
        List<String> names = Topics.all().stream()
                .map(Topic::name)
                .filter(existing::contains)
                .toList();
        Map<String, TopicDescription> descriptions =
                await(admin.describeTopics(names).allTopicNames());
        Map<ConfigResource, Config> configs = await(
                admin.describeConfigs(names.stream().map(TopicAdmin::resource).toList())
                        .all());
        List<Difference> differences = new ArrayList<>();
        for (Topic<?> topic : Topics.all()) {
            TopicDescription description = descriptions.get(topic.name());
            Config config = configs.get(resource(topic.name()));
            if (description == null || config == null) {
                differences.add(new Difference(topic.name(), TOPIC, "there", "missing"));
            } else {
                differences.addAll(diff(topic, description, config));
            }
        }
        return differences;
    }

    /** @throws IllegalStateException with all differences, if there are any */
    public void check() {
        List<Difference> differences = diff();
        if (!differences.isEmpty()) {
            throw new IllegalStateException("the cluster's topics are not as the catalogue says:\n  "
                    + String.join(
                            "\n  ",
                            differences.stream().map(Difference::toString).toList()));
        }
    }

    private List<Difference> diff(Topic<?> topic, TopicDescription description, Config config) {
        Map<String, String> found = new HashMap<>();
        config.entries().forEach(entry -> found.put(entry.name(), String.valueOf(entry.value())));
        found.put(PARTITIONS, Integer.toString(description.partitions().size()));
        found.put(
                REPLICAS,
                Integer.toString(description.partitions().getFirst().replicas().size()));

        Map<String, String> wanted = new TreeMap<>(configs(topic));
        wanted.put(PARTITIONS, Integer.toString(layout.partitions(topic)));
        wanted.put(REPLICAS, Integer.toString(layout.replicationFactor));

        List<Difference> differences = new ArrayList<>();
        wanted.forEach((setting, value) -> {
            String other = found.getOrDefault(setting, "unset");
            if (!other.equals(value)) {
                differences.add(new Difference(topic.name(), setting, value, other));
            }
        });
        return differences;
    }

    private Map<String, String> configs(Topic<?> topic) {
        Map<String, String> configs = new HashMap<>(topic.configs());
        configs.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(layout.minInsyncReplicas()));
        return configs;
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
