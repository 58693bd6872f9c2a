package io.xylem.schemas;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Confluent's configuration keys of registry and Avro serdes, with Confluent's defaults but one:
 * {@code avro.remove.java.properties} is on, see {@link AvroSchemas#withoutJavaStrings}.
 */
final class RegistryConfig extends AbstractConfig {
    static final String SCHEMA_REGISTRY_URL = "schema.registry.url";
    static final String AUTO_REGISTER_SCHEMAS = "auto.register.schemas";
    static final String USE_LATEST_VERSION = "use.latest.version";
    static final String NORMALIZE_SCHEMAS = "normalize.schemas";
    static final String REMOVE_JAVA_PROPERTIES = "avro.remove.java.properties";
    static final String SPECIFIC_AVRO_READER = "specific.avro.reader";
    static final String SPECIFIC_AVRO_KEY_TYPE = "specific.avro.key.type";
    static final String SPECIFIC_AVRO_VALUE_TYPE = "specific.avro.value.type";
    static final String KEY_SUBJECT_NAME_STRATEGY = "key.subject.name.strategy";
    static final String VALUE_SUBJECT_NAME_STRATEGY = "value.subject.name.strategy";
    static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";
    static final String USER_INFO = "basic.auth.user.info";
    static final String CONNECT_TIMEOUT_MS = "http.connect.timeout.ms";
    static final String READ_TIMEOUT_MS = "http.read.timeout.ms";
    static final String SSL_PREFIX = "schema.registry.ssl.";

    private static final List<String> IDENTITY_PREFIXES = List.of("schema.registry.", "basic.auth.", "http.", "sasl.");
    private static final List<String> KNOWN_SCHEMES = List.of("http://", "https://", SchemaRegistry.MOCK_SCHEME);

    private static final ConfigDef DEFINITION = new ConfigDef()
            .define(
                    SCHEMA_REGISTRY_URL,
                    ConfigDef.Type.LIST,
                    HIGH,
                    "Base URLs; the next is tried when one does not answer.")
            .define(
                    AUTO_REGISTER_SCHEMAS,
                    ConfigDef.Type.BOOLEAN,
                    true,
                    MEDIUM,
                    "Register the schema of what is written.")
            .define(USE_LATEST_VERSION, ConfigDef.Type.BOOLEAN, false, LOW, "Write in the subject's latest schema.")
            .define(
                    NORMALIZE_SCHEMAS,
                    ConfigDef.Type.BOOLEAN,
                    false,
                    MEDIUM,
                    "Let the registry compare normalized schemas.")
            .define(REMOVE_JAVA_PROPERTIES, ConfigDef.Type.BOOLEAN, true, LOW, "Register without avro.java.string.")
            .define(SPECIFIC_AVRO_READER, ConfigDef.Type.BOOLEAN, false, LOW, "Read into generated classes.")
            .define(
                    SPECIFIC_AVRO_KEY_TYPE,
                    ConfigDef.Type.CLASS,
                    null,
                    LOW,
                    "Read keys into this class, whatever was written.")
            .define(SPECIFIC_AVRO_VALUE_TYPE, ConfigDef.Type.CLASS, null, LOW, "The same of values.")
            .define(
                    KEY_SUBJECT_NAME_STRATEGY,
                    ConfigDef.Type.STRING,
                    SubjectNames.TOPIC.strategyClass(),
                    MEDIUM,
                    "How the subject of a key is named.")
            .define(
                    VALUE_SUBJECT_NAME_STRATEGY,
                    ConfigDef.Type.STRING,
                    SubjectNames.TOPIC.strategyClass(),
                    MEDIUM,
                    "How the subject of a value is named.")
            .define(CREDENTIALS_SOURCE, ConfigDef.Type.STRING, "URL", MEDIUM, "URL, USER_INFO or SASL_INHERIT.")
            .define(USER_INFO, ConfigDef.Type.PASSWORD, "", MEDIUM, "user:password, for USER_INFO.")
            .define(CONNECT_TIMEOUT_MS, ConfigDef.Type.INT, 60_000, ConfigDef.Range.atLeast(1), LOW, "Time to connect.")
            .define(READ_TIMEOUT_MS, ConfigDef.Type.INT, 60_000, ConfigDef.Range.atLeast(1), LOW, "Time to answer.");

    private final List<String> urls;

    RegistryConfig(Map<String, ?> config) {
        super(DEFINITION, namesForClasses(config), false);
        urls = getList(SCHEMA_REGISTRY_URL).stream()
                .map(String::strip)
                .filter(url -> !url.isEmpty())
                .toList();
        if (urls.isEmpty()) {
            throw new ConfigException(SCHEMA_REGISTRY_URL, getList(SCHEMA_REGISTRY_URL), "at least one URL");
        }
        for (String url : urls) {
            if (KNOWN_SCHEMES.stream().noneMatch(url::startsWith)) {
                throw new ConfigException(
                        SCHEMA_REGISTRY_URL + ": each begins with one of " + KNOWN_SCHEMES + " (mock:// is for tests)");
            }
        }
    }

    /** A strategy may be given as a class; here its name is all that counts. */
    private static Map<String, Object> namesForClasses(Map<String, ?> config) {
        Map<String, Object> named = new HashMap<>(config);
        for (String key : List.of(KEY_SUBJECT_NAME_STRATEGY, VALUE_SUBJECT_NAME_STRATEGY)) {
            named.computeIfPresent(key, (_, value) -> value instanceof Class<?> type ? type.getName() : value);
        }
        return named;
    }

    List<String> urls() {
        return urls;
    }

    SubjectNames subjectNames(boolean isKey) {
        String setting = isKey ? KEY_SUBJECT_NAME_STRATEGY : VALUE_SUBJECT_NAME_STRATEGY;
        return SubjectNames.ofClass(setting, getString(setting));
    }

    /** The class that a specific reader is told to give; empty: that of the writer's schema name. */
    Optional<Class<?>> specificType(boolean isKey) {
        return Optional.ofNullable(getClass(isKey ? SPECIFIC_AVRO_KEY_TYPE : SPECIFIC_AVRO_VALUE_TYPE));
    }

    /** What tells one registry from another; serdes that agree in it share a client. */
    Map<String, Object> identity() {
        Map<String, Object> identity = originals();
        identity.keySet().removeIf(key -> IDENTITY_PREFIXES.stream().noneMatch(key::startsWith));
        return identity;
    }
}
