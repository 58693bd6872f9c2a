package io.xylem.schemas;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** For tests: the rules of a registry without the process. Default compatibility is Confluent's, BACKWARD. */
final class InMemoryRegistry implements SchemaRegistry {
    private static final Map<String, InMemoryRegistry> SCOPES = new ConcurrentHashMap<>();

    /** The schema of id {@code i} is at {@code i - 1}. One text has one id, under whatever subjects. */
    private final List<Schema> schemas = new ArrayList<>();

    private final Map<String, List<Integer>> idsBySubject = new HashMap<>();
    private final Map<String, Compatibility> compatibilityBySubject = new HashMap<>();
    private Compatibility global = Compatibility.BACKWARD;

    static InMemoryRegistry scope(String name) {
        return SCOPES.computeIfAbsent(name, _ -> new InMemoryRegistry());
    }

    @Override
    public synchronized int register(String subject, Schema schema, boolean normalize) {
        int known = schemas.indexOf(schema) + 1;
        List<Integer> versions = idsBySubject.getOrDefault(subject, List.of());
        if (versions.contains(known)) {
            return known;
        }
        List<String> objections = objections(subject, schema);
        if (!objections.isEmpty()) {
            throw new RegistryException(
                    "subject '" + subject + "' refuses the schema: " + objections, RegistryException.INCOMPATIBLE);
        }
        if (known == 0) {
            schemas.add(schema);
        }
        int id = known == 0 ? schemas.size() : known;
        idsBySubject.computeIfAbsent(subject, _ -> new ArrayList<>()).add(id);
        return id;
    }

    @Override
    public synchronized int lookup(String subject, Schema schema, boolean normalize) {
        int id = schemas.indexOf(schema) + 1;
        if (!versions(subject).contains(id)) {
            throw new RegistryException(
                    "the schema " + schema.getFullName() + " is not registered under subject '" + subject + "'",
                    RegistryException.NO_SUCH_SCHEMA);
        }
        return id;
    }

    @Override
    public synchronized Registered latest(String subject) {
        int id = versions(subject).getLast();
        return new Registered(id, byId(id));
    }

    @Override
    public synchronized Schema byId(int id) {
        if (id < 1 || id > schemas.size()) {
            throw new RegistryException("no schema has the id " + id, RegistryException.NO_SUCH_SCHEMA);
        }
        return schemas.get(id - 1);
    }

    @Override
    public synchronized Optional<Compatibility> compatibility(@Nullable String subject) {
        return subject == null ? Optional.of(global) : Optional.ofNullable(compatibilityBySubject.get(subject));
    }

    @Override
    public synchronized void setCompatibility(@Nullable String subject, Compatibility compatibility) {
        if (subject == null) {
            global = compatibility;
        } else {
            compatibilityBySubject.put(subject, compatibility);
        }
    }

    @Override
    public synchronized List<String> objections(String subject, Schema candidate) {
        List<Integer> versions = idsBySubject.getOrDefault(subject, List.of());
        Compatibility asked = compatibilityBySubject.getOrDefault(subject, global);
        List<Integer> compared = asked.isTransitive() || versions.isEmpty() ? versions : List.of(versions.getLast());
        List<String> objections = new ArrayList<>();
        for (int id : compared) {
            if (asked.asksBackward()) {
                objections.addAll(AvroSchemas.obstacles(candidate, byId(id)));
            }
            if (asked.asksForward()) {
                objections.addAll(AvroSchemas.obstacles(byId(id), candidate));
            }
        }
        return List.copyOf(objections);
    }

    private List<Integer> versions(String subject) {
        List<Integer> versions = idsBySubject.get(subject);
        if (versions == null) {
            throw new RegistryException("there is no subject '" + subject + "'", RegistryException.NO_SUCH_SUBJECT);
        }
        return versions;
    }
}
