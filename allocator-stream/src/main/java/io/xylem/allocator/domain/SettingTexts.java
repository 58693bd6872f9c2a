package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.MALFORMED_EVENT;
import static io.xylem.allocator.domain.Rejection.Code.UNKNOWN_REALM_SETTING;

import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Realm settings as texts. Prefixes are a list with commas; times are milliseconds. Each text says the whole setting: what
 * is not named stays.
 */
final class SettingTexts {
    static final String WORKER_V4 = "worker.v4";
    static final String WORKER_V4_LENGTH = "worker.v4.length";
    static final String WORKER_V6 = "worker.v6";
    static final String WORKER_V6_LENGTH = "worker.v6.length";
    static final String SERVICE_V4 = "service.v4";
    static final String INSTANCE_V6 = "instance.v6";
    static final String SERVICE_V6 = "service.v6.";
    static final String REST_MS = "rest.ms";
    static final String REST_CONFIRMED_MS = "rest.confirmed.ms";
    static final String EVENT_MEMORY_MS = "event.memory.ms";

    /** A week more than a year: nobody means more, and sums stay far from the end of a long. */
    private static final long MAX_MS = 372L * 86_400_000;

    private SettingTexts() {}

    /** @throws Refused naming the first setting that does not exist or can't be read */
    static RealmSettings read(RealmSettings s, Map<String, String> texts) {
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            s = read(s, entry.getKey(), entry.getValue());
        }
        return s;
    }

    private static RealmSettings read(RealmSettings s, String key, String text) {
        return switch (key) {
            case WORKER_V4 -> s.withWorker(v4(key, text), s.workerV4Length(), s.workerV6(), s.workerV6Length());
            case WORKER_V4_LENGTH ->
                s.withWorker(s.workerV4(), (int) number(key, text, 8, 30), s.workerV6(), s.workerV6Length());
            case WORKER_V6 -> s.withWorker(s.workerV4(), s.workerV4Length(), v6(key, text), s.workerV6Length());
            case WORKER_V6_LENGTH ->
                s.withWorker(s.workerV4(), s.workerV4Length(), s.workerV6(), (int) number(key, text, 64, 126));
            case SERVICE_V4 -> s.withSemantic(v4(key, text), s.instanceV6(), s.serviceV6());
            case INSTANCE_V6 -> s.withSemantic(s.semanticV4(), v6(key, text), s.serviceV6());
            case REST_MS -> s.withTimes(s.restConfirmedMs(), number(key, text, 0, MAX_MS), s.eventMemoryMs());
            case REST_CONFIRMED_MS -> s.withTimes(number(key, text, 0, MAX_MS), s.restMs(), s.eventMemoryMs());
            case EVENT_MEMORY_MS -> s.withTimes(s.restConfirmedMs(), s.restMs(), number(key, text, 1, MAX_MS));
            default -> {
                String policy = key.startsWith(SERVICE_V6) ? key.substring(SERVICE_V6.length()) : "";
                if (!s.serviceV6().containsKey(policy)) {
                    throw new Refused(
                            UNKNOWN_REALM_SETTING,
                            "a realm has no setting '" + key + "'; allowed: " + String.join(", ", keys(s)));
                }
                Map<String, List<Ipv6Prefix>> serviceV6 = new TreeMap<>(s.serviceV6());
                serviceV6.put(policy, v6(key, text));
                yield s.withSemantic(s.semanticV4(), s.instanceV6(), serviceV6);
            }
        };
    }

    /** Every setting with its whole text; {@link #read} gives the same settings again. */
    static Map<String, String> write(RealmSettings s) {
        Map<String, String> texts = new TreeMap<>();
        texts.put(WORKER_V4, list(s.workerV4()));
        texts.put(WORKER_V4_LENGTH, Integer.toString(s.workerV4Length()));
        texts.put(WORKER_V6, list(s.workerV6()));
        texts.put(WORKER_V6_LENGTH, Integer.toString(s.workerV6Length()));
        texts.put(SERVICE_V4, list(s.semanticV4()));
        texts.put(INSTANCE_V6, list(s.instanceV6()));
        s.serviceV6().forEach((policy, prefixes) -> texts.put(SERVICE_V6 + policy, list(prefixes)));
        texts.put(REST_MS, Long.toString(s.restMs()));
        texts.put(REST_CONFIRMED_MS, Long.toString(s.restConfirmedMs()));
        texts.put(EVENT_MEMORY_MS, Long.toString(s.eventMemoryMs()));
        return texts;
    }

    static String list(List<?> prefixes) {
        return prefixes.stream().map(Object::toString).collect(Collectors.joining(","));
    }

    private static List<String> keys(RealmSettings s) {
        return Stream.concat(
                        Stream.of(
                                WORKER_V4,
                                WORKER_V4_LENGTH,
                                WORKER_V6,
                                WORKER_V6_LENGTH,
                                SERVICE_V4,
                                INSTANCE_V6,
                                REST_MS,
                                REST_CONFIRMED_MS,
                                EVENT_MEMORY_MS),
                        s.serviceV6().keySet().stream().sorted().map(policy -> SERVICE_V6 + policy))
                .toList();
    }

    private static List<Ipv4Prefix> v4(String key, String text) {
        List<Ipv4Prefix> prefixes = prefixes(key, text, Ipv4Prefix::parse);
        prefixes.forEach(prefix -> checkLength(key, prefix, prefix.length(), 8, 30));
        return prefixes;
    }

    private static List<Ipv6Prefix> v6(String key, String text) {
        List<Ipv6Prefix> prefixes = prefixes(key, text, Ipv6Prefix::parse);
        prefixes.forEach(prefix -> checkLength(key, prefix, prefix.length(), 7, 126));
        return prefixes;
    }

    private static <T> List<T> prefixes(String key, String text, Function<String, T> parser) {
        try {
            return Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .map(parser)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    MALFORMED_EVENT,
                    "setting " + key + " is a list of prefixes with commas between them: " + e.getMessage());
        }
    }

    private static void checkLength(String key, Object prefix, int length, int from, int to) {
        if (length < from || length > to) {
            throw new Refused(
                    MALFORMED_EVENT,
                    "setting " + key + " has the prefix " + prefix + "; allowed: lengths " + from + " to " + to);
        }
    }

    private static long number(String key, String text, long from, long to) {
        long number = text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
        if (number < from || number > to) {
            throw new Refused(
                    MALFORMED_EVENT,
                    "setting " + key + " is a whole number from " + from + " to " + to + ", not '" + text + "'");
        }
        return number;
    }
}
