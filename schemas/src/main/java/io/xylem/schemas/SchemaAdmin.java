package io.xylem.schemas;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Brings the catalogue's value schemas to a registry, each under {@code <topic>-value}, and makes the registry refuse
 * a schema that old readers or old records could not bear. Takes the serdes' configuration.
 */
public final class SchemaAdmin {
    /** For subjects that say nothing of their own. */
    private static final Compatibility GLOBAL = Compatibility.BACKWARD_TRANSITIVE;

    private final SchemaRegistry registry;

    /** A subject with the id of our schema in it. */
    public record Registration(String subject, int id) {}

    public SchemaAdmin(Map<String, ?> config) {
        this(SchemaRegistry.of(new RegistryConfig(config)));
    }

    SchemaAdmin(SchemaRegistry registry) {
        this.registry = registry;
    }

    /**
     * Sets the compatibility of each subject, then registers. The global level is set only where it is NONE (as it
     * comes with Apicurio): any other is the choice of whoever shares the registry. May be repeated.
     *
     * @throws RegistryException if a schema is not compatible with what is registered
     */
    public List<Registration> register() {
        if (registry.compatibility(null).orElse(Compatibility.NONE) == Compatibility.NONE) {
            registry.setCompatibility(null, GLOBAL);
        }
        List<Registration> registrations = new ArrayList<>();
        for (Topic<?> topic : Topics.all()) {
            Optional<Schema> schema = topic.valueSchema();
            if (schema.isPresent() && topic.compatibility().isPresent()) {
                String subject = topic.valueSubject();
                registry.setCompatibility(subject, topic.compatibility().get());
                registrations.add(new Registration(subject, registry.register(subject, schema.get(), false)));
            }
        }
        return List.copyOf(registrations);
    }

    /** What is not as the catalogue says, one line each; empty if all is. Changes nothing. */
    public List<String> diff() {
        List<String> differences = new ArrayList<>();
        for (Topic<?> topic : Topics.all()) {
            topic.valueSchema().ifPresent(schema -> differences.addAll(diff(topic, schema)));
        }
        return List.copyOf(differences);
    }

    /** Why the registry would refuse the candidate as the topic's next value schema; empty if it would accept it. */
    public List<String> objections(Topic<?> topic, Schema candidate) {
        return registry.objections(topic.valueSubject(), AvroSchemas.withoutJavaStrings(candidate));
    }

    /**
     * Registers the candidate as the topic's next value schema and returns its id.
     *
     * @throws RegistryException with the code {@link RegistryException#INCOMPATIBLE} if it is refused
     */
    public int evolve(Topic<?> topic, Schema candidate) {
        return registry.register(topic.valueSubject(), AvroSchemas.withoutJavaStrings(candidate), false);
    }

    private List<String> diff(Topic<?> topic, Schema schema) {
        String subject = topic.valueSubject();
        List<String> differences = new ArrayList<>();
        Optional<Compatibility> found = registry.compatibility(subject);
        if (!found.equals(topic.compatibility())) {
            differences.add(subject + ": compatibility is "
                    + found.map(Enum::name).orElse("the registry's default") + ", not "
                    + topic.compatibility().map(Enum::name).orElse("the registry's default"));
        }
        try {
            registry.lookup(subject, schema, false);
        } catch (RegistryException e) {
            differences.add(subject + ": our schema is not registered (" + e.getMessage() + ")");
        }
        return differences;
    }
}
