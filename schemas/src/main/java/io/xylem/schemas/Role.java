package io.xylem.schemas;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.ALTER_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Who takes part, and all that Kafka must allow him: the catalogue of rights beside that of {@link Topics}. Reading and
 * writing include DESCRIBE, as Kafka has it. What rights on topics can't tell apart, one worker from another and one
 * realm from another, is the affair of {@link StatusSeal} and of {@link Namespace}.
 */
public enum Role {
    /** Decides: its input, its outputs, its changelogs, its group and its transactions. */
    ALLOCATOR(() -> List.of(
            topic(Topics.DEPLOYMENT_EVENTS, READ),
            topic(Topics.OUTCOMES, WRITE),
            topic(Topics.ALLOCATIONS, WRITE),
            topic(Topics.STATE_HASHES, WRITE),
            topic(Topics.DEAD_LETTERS, WRITE),
            internalTopics(Applications.allocator()),
            group(Applications.allocator()),
            new Right(prefixed(ResourceType.TRANSACTIONAL_ID, Applications.allocator() + "-"), List.of(WRITE)))),

    /** Tells the workers. It writes events too, what it observed, and its own ticks among the statuses. */
    ROUTING(() -> List.of(
            topic(Topics.ALLOCATIONS, READ),
            topic(Topics.WORKER_STATUS, READ, WRITE),
            topic(Topics.DEPLOYMENT_EVENTS, WRITE),
            topic(Topics.ROUTES, WRITE),
            topic(Topics.WORKER_ROUTES, WRITE),
            topic(Topics.TUNNEL_KEYS, WRITE),
            topic(Topics.CONVERGENCE, WRITE),
            topic(Topics.DEAD_LETTERS, WRITE),
            internalTopics(Applications.routing()),
            group(Applications.routing()))),

    /** Reads routes and keys of the tunnel, and says how it is. It has no group, and may not read others' statuses. */
    WORKER(() -> List.of(
            topic(Topics.ROUTES, READ),
            topic(Topics.WORKER_ROUTES, READ),
            topic(Topics.WORKER_STATUS, WRITE),
            topic(Topics.TUNNEL_KEYS, READ))),

    /** Whoever deploys: an orchestrator, {@code xylem publish}. */
    PUBLISHER(() -> List.of(
            topic(Topics.DEPLOYMENT_EVENTS, WRITE), topic(Topics.OUTCOMES, READ), topic(Topics.CONVERGENCE, READ))),

    /** Reads everything, with the settings and rights, and changes nothing. */
    AUDITOR(Role::auditor),

    /** Makes topics and rights, and sends dead letters back to where they were. It could give itself any right. */
    ADMIN(Role::admin);

    /** What is allowed on one resource, or on all whose names begin alike. */
    public record Right(ResourcePattern resource, List<AclOperation> operations) {}

    @SuppressWarnings("ImmutableEnumChecker") // asks for names, which are there once the prefix is
    private final Supplier<List<Right>> rights;

    Role(Supplier<List<Right>> rights) {
        this.rights = rights;
    }

    public List<Right> rights() {
        return rights.get();
    }

    /** As it is written on a command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException with those that there are */
    public static Role of(String text) {
        return Arrays.stream(values())
                .filter(role -> role.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no role '" + text + "'; allowed: "
                        + Arrays.stream(values()).map(Role::text).collect(Collectors.joining(", "))));
    }

    private static List<Right> auditor() {
        List<Right> rights = new ArrayList<>();
        Topics.all().forEach(topic -> rights.add(topic(topic, READ, DESCRIBE_CONFIGS)));
        rights.add(cluster(DESCRIBE));
        return List.copyOf(rights);
    }

    private static List<Right> admin() {
        return List.of(
                new Right(
                        prefixed(ResourceType.TOPIC, Namespace.prefix() + "."),
                        List.of(CREATE, READ, ALTER_CONFIGS, DESCRIBE_CONFIGS)),
                // Where dead letters come from.
                topic(Topics.DEPLOYMENT_EVENTS, WRITE),
                topic(Topics.ALLOCATIONS, WRITE),
                topic(Topics.WORKER_STATUS, WRITE),
                cluster(DESCRIBE, ALTER));
    }

    private static Right topic(Topic<?> topic, AclOperation... operations) {
        return new Right(literal(ResourceType.TOPIC, topic.name()), List.of(operations));
    }

    /** Changelogs and whatever else Kafka Streams names after the application. */
    private static Right internalTopics(String application) {
        return new Right(prefixed(ResourceType.TOPIC, application + "-"), List.of(CREATE, READ, WRITE));
    }

    private static Right group(String application) {
        return new Right(literal(ResourceType.GROUP, application), List.of(READ));
    }

    private static Right cluster(AclOperation... operations) {
        return new Right(literal(ResourceType.CLUSTER, Resource.CLUSTER_NAME), List.of(operations));
    }

    private static ResourcePattern literal(ResourceType type, String name) {
        return new ResourcePattern(type, name, PatternType.LITERAL);
    }

    private static ResourcePattern prefixed(ResourceType type, String prefix) {
        return new ResourcePattern(type, prefix, PatternType.PREFIXED);
    }
}
