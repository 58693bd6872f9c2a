package io.xylem.schemas;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Whose topics these are. Several Xylems that may not know of each other share brokers under different prefixes: of
 * topics, subjects, applications, groups and transactions, and so of rights. A process is of one of them as long as it
 * lives; whoever asks for a name before it was said which has {@code xylem}.
 */
public final class Namespace {
    /** Configuration key. */
    public static final String SETTING = "xylem.topic.prefix";

    private static final String DEFAULT = "xylem";

    /** No {@code -} and no {@code .}: where a prefix ends must be seen, or one would have the rights of a longer one. */
    private static final String ALLOWED = "[a-zA-Z0-9]{1,30}";

    private static final AtomicReference<@Nullable String> PREFIX = new AtomicReference<>();
    private static final Map<String, String> TOPICS = new ConcurrentHashMap<>();

    private Namespace() {}

    /** @throws ConfigException if it is no prefix, or this process has used another one */
    public static void use(String prefix) {
        if (!prefix.matches(ALLOWED)) {
            throw new ConfigException(SETTING, prefix, "must be 1 to 30 letters and digits");
        }
        if (!PREFIX.compareAndSet(null, prefix) && !prefix.equals(PREFIX.get())) {
            throw new ConfigException(
                    SETTING, prefix, "this process uses the topics of '" + PREFIX.get() + "', and it can't change");
        }
    }

    /** The same by {@link #SETTING}; without it nothing is said. */
    public static void use(Map<String, ?> config) {
        Object prefix = config.get(SETTING);
        if (prefix != null) {
            use(prefix.toString());
        }
    }

    static String prefix() {
        String prefix = PREFIX.get();
        if (prefix == null) {
            PREFIX.compareAndSet(null, DEFAULT);
            return prefix();
        }
        return prefix;
    }

    static String topic(String local) {
        return TOPICS.computeIfAbsent(local, name -> prefix() + "." + name);
    }
}
