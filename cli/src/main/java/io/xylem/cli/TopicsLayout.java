package io.xylem.cli;

import io.xylem.schemas.TopicAdmin;
import picocli.CommandLine.Option;

/** How a cluster carries the topics. */
final class TopicsLayout {
    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Partitions of every other topic alike; can't be changed later (default: ${DEFAULT-VALUE}; three"
                            + " brokers: 12).")
    private int partitions = 1;

    @Option(
            names = "--worker-partitions",
            paramLabel = "N",
            defaultValue = "" + TopicAdmin.Layout.DEVELOPMENT_WORKER_PARTITIONS,
            description = "Partitions of xylem.worker-routes; the more, the less of others' routes a proxy reads"
                    + " (default: ${DEFAULT-VALUE}; three brokers: " + TopicAdmin.Layout.WORKER_PARTITIONS + ").")
    private int workerPartitions = TopicAdmin.Layout.DEVELOPMENT_WORKER_PARTITIONS;

    @Option(
            names = {"--replication", "--replication-factor"},
            paramLabel = "N",
            defaultValue = "1",
            description = "Copies of every topic (default: ${DEFAULT-VALUE}; three brokers: 3).")
    private int replicationFactor = 1;

    /** @throws IllegalArgumentException if a number is out of range */
    TopicAdmin.Layout layout() {
        return new TopicAdmin.Layout(partitions, workerPartitions, replicationFactor);
    }
}
