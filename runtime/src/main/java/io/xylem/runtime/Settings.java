package io.xylem.runtime;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * A process's settings, in the form that Kafka's users know: a properties file, overridden by the environment,
 * overridden by the command line.
 *
 * <pre>
 *  --config FILE  &lt;  XYLEM_BOOTSTRAP_SERVERS=…  &lt;  --override bootstrap.servers=…
 * </pre>
 *
 * In the environment {@code .} and {@code -} are written {@code _}, and a key's own {@code xylem.} is not repeated:
 * {@code XYLEM_WORKER} is {@code xylem.worker}; {@code XYLEM_CONFIG} names a file. Kafka's keys are passed on as they are,
 * or behind {@code consumer.}, {@code producer.}, {@code admin.}. Secrets come by Kafka's {@code config.providers}.
 */
public final class Settings {
    public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    public static final String SCHEMA_REGISTRY_URL = "schema.registry.url";
    public static final String HTTP_LISTEN = "xylem.http.listen";
    public static final String LATENCY = "xylem.latency";
    public static final String TOPIC_PREFIX = "xylem.topic.prefix";

    private static final String ENV_PREFIX = "XYLEM_";
    private static final String CONFIG_VARIABLE = "XYLEM_CONFIG";
    private static final List<String> PASSED_ON = List.of(
            "consumer.",
            "producer.",
            "admin.",
            "main.consumer.",
            "restore.consumer.",
            "topic.",
            "ssl.",
            "sasl.",
            "security.",
            "config.",
            "basic.",
            "schema.registry.",
            "value.");
    private static final List<String> CLIENT_PREFIXES =
            List.of("consumer.", "producer.", "admin.", "main.consumer.", "restore.consumer.", "topic.");

    /** Passwords, tokens, and keys in the sense of locks: ssl.keystore.key, xylem.status.key. */
    private static final Pattern SECRET =
            Pattern.compile(".*(password|secret|user\\.info|jaas|token).*|.*\\.keys?", Pattern.CASE_INSENSITIVE);

    /** What stands for user and password in the URL of a registry. */
    private static final Pattern USER_IN_URL = Pattern.compile("(?<=//)[^/@\\s]+(?=@)");

    private final AbstractConfig config;
    private final Set<String> fromProviders;

    private Settings(AbstractConfig config, Set<String> fromProviders) {
        this.config = config;
        this.fromProviders = fromProviders;
    }

    /** What every process that talks to Kafka asks for; a process adds its own keys. */
    public static ConfigDef common() {
        return new ConfigDef()
                .define(
                        BOOTSTRAP_SERVERS,
                        ConfigDef.Type.LIST,
                        ConfigDef.Importance.HIGH,
                        "Kafka brokers, host:port[,host:port].")
                .define(
                        SCHEMA_REGISTRY_URL,
                        ConfigDef.Type.LIST,
                        ConfigDef.Importance.HIGH,
                        "Schema registries with Confluent's API.")
                .define(
                        HTTP_LISTEN,
                        ConfigDef.Type.STRING,
                        "127.0.0.1:0",
                        ConfigDef.Importance.MEDIUM,
                        "host:port of health, metrics and queries; port 0 takes a free one.")
                .define(
                        LATENCY,
                        ConfigDef.Type.STRING,
                        "balanced",
                        ConfigDef.CaseInsensitiveValidString.in("low", "balanced", "throughput"),
                        ConfigDef.Importance.MEDIUM,
                        "low | balanced | throughput: commit interval and poll time of the streams.")
                .define(
                        TOPIC_PREFIX,
                        ConfigDef.Type.STRING,
                        "xylem",
                        ConfigDef.Importance.MEDIUM,
                        "How the names of topics, groups and transactions begin: the same for all that belong together,"
                                + " another one for those who share brokers with them and nothing else.");
    }

    /**
     * @param args {@code --config FILE} and {@code --override key=value}, each any number of times
     * @throws ConfigException saying which key is missing or wrong
     */
    public static Settings load(ConfigDef definition, String[] args) {
        return load(definition, args, System.getenv());
    }

    static Settings load(ConfigDef definition, String[] args, Map<String, String> environment) {
        Map<String, String> files = new HashMap<>();
        String named = environment.get(CONFIG_VARIABLE);
        if (named != null) {
            files.putAll(read(CONFIG_VARIABLE, Path.of(named)));
        }
        Map<String, String> overrides = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            String option = args[i];
            if (!option.equals("--config") && !option.equals("--override")) {
                throw new ConfigException(
                        "unknown option '" + option + "'; known: --config FILE, --override key=value");
            }
            if (i + 1 == args.length) {
                throw new ConfigException("option " + option + " lacks its value");
            }
            String value = args[i + 1];
            if (option.equals("--config")) {
                files.putAll(read(option, Path.of(value)));
            } else {
                int equals = value.indexOf('=');
                if (equals < 1) {
                    throw new ConfigException("--override takes key=value, not '" + value + "'");
                }
                overrides.put(value.substring(0, equals), value.substring(equals + 1));
            }
        }
        Map<String, String> merged = new HashMap<>(files);
        merged.putAll(fromEnvironment(definition, environment));
        merged.putAll(overrides);
        // Whoever keeps a value out of the file does not want to read it in the log.
        Set<String> fromProviders = new HashSet<>();
        merged.forEach((key, value) -> {
            if (value.contains("${")) {
                fromProviders.add(key);
            }
        });
        return new Settings(new AbstractConfig(definition, merged, false), fromProviders);
    }

    private static Map<String, String> read(String namedBy, Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new ConfigException(namedBy + " " + file + ": there is no such file");
        } catch (IOException e) {
            throw new ConfigException(namedBy + " " + file + ": " + e);
        }
        Map<String, String> values = new HashMap<>();
        properties.forEach((key, value) -> values.put((String) key, (String) value));
        return values;
    }

    /** Only keys that the process defines or Kafka understands: a shell's own XYLEM_… is not a setting. */
    private static Map<String, String> fromEnvironment(ConfigDef definition, Map<String, String> environment) {
        Map<String, String> known = new HashMap<>();
        for (String key : definition.names()) {
            String bare = key.startsWith("xylem.") ? key.substring("xylem.".length()) : key;
            known.put(
                    ENV_PREFIX + bare.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), key);
        }
        Map<String, String> values = new HashMap<>();
        environment.forEach((name, value) -> {
            if (known.containsKey(name)) {
                values.put(known.get(name), value);
            } else if (name.startsWith(ENV_PREFIX)) {
                String key = name.substring(ENV_PREFIX.length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '.');
                if (PASSED_ON.stream().anyMatch(key::startsWith)) {
                    values.put(key, value);
                }
            }
        });
        return values;
    }

    public String text(String key) {
        return config.getString(key);
    }

    public int number(String key) {
        return config.getInt(key);
    }

    public List<String> list(String key) {
        return config.getList(key);
    }

    public boolean flag(String key) {
        return config.getBoolean(key);
    }

    /** Of a key that is defined as a password. */
    public Password secret(String key) {
        return config.getPassword(key);
    }

    public Latency latency() {
        return Latency.parse(text(LATENCY));
    }

    /**
     * For one Kafka client or serde: all of Kafka's keys without a client's prefix, overridden by those behind
     * {@code role}, e.g. {@code "consumer."}. Xylem's own keys stay here.
     */
    public Map<String, Object> client(String role) {
        Map<String, Object> values = new HashMap<>();
        config.originals().forEach((key, value) -> {
            if (!key.startsWith("xylem.") && CLIENT_PREFIXES.stream().noneMatch(key::startsWith)) {
                values.put(key, value);
            }
        });
        values.putAll(config.originalsWithPrefix(role));
        findTheNextBrokerSoon(values);
        return values;
    }

    /** For Kafka Streams, which knows the prefixes itself. */
    public Map<String, Object> streams() {
        Map<String, Object> values = new HashMap<>(config.originals());
        values.keySet().removeIf(key -> key.startsWith("xylem."));
        findTheNextBrokerSoon(values);
        return values;
    }

    /**
     * Kafka asks no other broker who leads now while it waits for a connection, and a dead host never answers. By default
     * it waits 10 s, and longer each time: workers would be taken for lost, and realms would wait.
     */
    private static void findTheNextBrokerSoon(Map<String, Object> values) {
        values.putIfAbsent(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 1000);
        values.putIfAbsent(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, 2000);
        values.putIfAbsent(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
    }

    /** The effective settings, one a line, defaults included; secrets and what came by a provider hidden. */
    @Override
    public String toString() {
        Map<String, Object> effective = new TreeMap<>(config.originals());
        effective.putAll(config.values());
        StringBuilder text = new StringBuilder();
        effective.forEach((key, value) -> {
            boolean secret = value instanceof Password
                    || fromProviders.contains(key)
                    || SECRET.matcher(key).matches();
            text.append(key)
                    .append(" = ")
                    .append(secret ? Password.HIDDEN : withoutUser(value))
                    .append('\n');
        });
        return text.toString();
    }

    private static String withoutUser(@Nullable Object value) {
        return USER_IN_URL.matcher(String.valueOf(value)).replaceAll(Password.HIDDEN);
    }
}
