package io.xylem.schemas;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Brings the rights of {@link Role}s to a cluster, and says where the cluster's are others. */
public final class AclAdmin {
    private static final String ANY_HOST = "*";

    private final Admin admin;

    /**
     * A role given to somebody.
     *
     * @param principal as brokers name him, e.g. {@code User:allocator}
     */
    public record Grant(Role role, String principal) {
        public Grant {
            if (!principal.matches("[^:*]+:[^*]+")) {
                throw new IllegalArgumentException("a principal is Type:name, e.g. User:" + role.text() + ", not '"
                        + principal + "'; Kafka knows no patterns of them");
            }
        }
    }

    /** @param missing it is wanted and not there; else it is there and nobody's right */
    public record Difference(AclBinding right, boolean missing) {
        @Override
        public String toString() {
            return (missing ? "missing: " : "not in the catalogue: ") + words(right);
        }
    }

    public AclAdmin(Admin admin) {
        this.admin = admin;
    }

    /** All that the grants come to, in the order of roles and their rights. */
    public static Set<AclBinding> wanted(Collection<Grant> grants) {
        Set<AclBinding> wanted = new LinkedHashSet<>();
        for (Grant grant : grants) {
            for (Role.Right right : grant.role().rights()) {
                right.operations()
                        .forEach(operation -> wanted.add(new AclBinding(
                                right.resource(),
                                new AccessControlEntry(
                                        grant.principal(), ANY_HOST, operation, AclPermissionType.ALLOW))));
            }
        }
        return wanted;
    }

    /**
     * What is missing, and what allows or denies more than the grants on what is ours: topics, groups and transactions,
     * also by a wildcard, and whatever else is allowed to somebody who has a role.
     */
    public List<Difference> diff(Collection<Grant> grants) {
        Set<AclBinding> wanted = wanted(grants);
        Set<String> principals = new HashSet<>();
        grants.forEach(grant -> principals.add(grant.principal()));
        Collection<AclBinding> found =
                await(admin.describeAcls(AclBindingFilter.ANY).values());
        List<Difference> differences = new ArrayList<>();
        wanted.stream()
                .filter(right -> !found.contains(right))
                .forEach(right -> differences.add(new Difference(right, true)));
        found.stream()
                .filter(right -> !wanted.contains(right))
                .filter(right -> principals.contains(right.entry().principal()) || concernsUs(right.pattern()))
                .sorted(Comparator.comparing(AclAdmin::words))
                .forEach(right -> differences.add(new Difference(right, false)));
        return differences;
    }

    /** Adds what is missing and, if told to, removes what nobody should have. @return what was done */
    public List<Difference> apply(Collection<Grant> grants, boolean removeOthers) {
        List<Difference> differences = diff(grants);
        List<AclBinding> missing = differences.stream()
                .filter(Difference::missing)
                .map(Difference::right)
                .toList();
        await(admin.createAcls(missing).all());
        if (!removeOthers) {
            return differences.stream().filter(Difference::missing).toList();
        }
        await(admin.deleteAcls(differences.stream()
                        .filter(difference -> !difference.missing())
                        .map(difference -> difference.right().toFilter())
                        .toList())
                .all());
        return differences;
    }

    /** For people: {@code User:allocator may WRITE topic xylem.outcomes}. */
    public static String words(AclBinding right) {
        ResourcePattern resource = right.pattern();
        return right.entry().principal()
                + (right.entry().permissionType() == AclPermissionType.ALLOW ? " may " : " may not ")
                + right.entry().operation() + " "
                + resource.resourceType()
                        .name()
                        .toLowerCase(java.util.Locale.ROOT)
                        .replace('_', ' ') + " "
                + resource.name()
                + (resource.patternType() == PatternType.PREFIXED ? "…" : "")
                + (right.entry().host().equals(ANY_HOST)
                        ? ""
                        : " from " + right.entry().host());
    }

    private static boolean concernsUs(ResourcePattern pattern) {
        ResourceType type = pattern.resourceType();
        if (type != ResourceType.TOPIC && type != ResourceType.GROUP && type != ResourceType.TRANSACTIONAL_ID) {
            return false; // a cluster's rights are those of whoever runs it
        }
        String name = pattern.name();
        String own = Namespace.prefix();
        return name.equals(ResourcePattern.WILDCARD_RESOURCE)
                || name.startsWith(own + ".")
                || name.startsWith(own + "-")
                || (pattern.patternType() == PatternType.PREFIXED && own.startsWith(name));
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
