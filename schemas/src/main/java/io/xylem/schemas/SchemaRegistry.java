package io.xylem.schemas;

import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What serdes and admin need of a schema registry. Every call may throw {@link RegistryException} (the registry said
 * no) or {@link RegistryUnavailableException} (nobody said anything: try again).
 */
interface SchemaRegistry {
    String MOCK_SCHEME = "mock://";

    /** A schema as the registry knows it. */
    record Registered(int id, Schema schema) {}

    /** The schema's id, new or old. */
    int register(String subject, Schema schema, boolean normalize);

    /** The id of a schema that is registered under the subject already. */
    int lookup(String subject, Schema schema, boolean normalize);

    Registered latest(String subject);

    Schema byId(int id);

    /** What is asked of the subject, or of all of them if null; empty: the subject says nothing of its own. */
    Optional<Compatibility> compatibility(@Nullable String subject);

    void setCompatibility(@Nullable String subject, Compatibility compatibility);

    /** Why the candidate can't become the subject's next version; empty if it can. */
    List<String> objections(String subject, Schema candidate);

    /** {@code mock://scope} means a registry in memory that all who name the scope share (Confluent's convention). */
    static SchemaRegistry of(RegistryConfig config) {
        String first = config.urls().getFirst();
        return first.startsWith(MOCK_SCHEME)
                ? InMemoryRegistry.scope(first.substring(MOCK_SCHEME.length()))
                : HttpRegistry.shared(config);
    }
}
