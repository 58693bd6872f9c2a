package io.xylem.audit;

import io.xylem.balancing.Policies;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a realm has set, by the names of the settings (allocator-stream/README.md, "Realm settings").
 *
 * @param v4 lists of prefixes, in the order of hand-out; {@code v6} likewise
 * @param numbers prefix lengths and milliseconds
 */
record PlanSettings(
        SortedMap<String, List<Ipv4Prefix>> v4,
        SortedMap<String, List<Ipv6Prefix>> v6,
        SortedMap<String, Long> numbers) {
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

    private record Bounds(long from, long to) {
        boolean contains(long number) {
            return from <= number && number <= to;
        }
    }

    /** A year and a week. */
    private static final long MAX_MS = 372L * 24 * 3_600_000;

    private static final Map<String, Bounds> NUMBERS = Map.of(
            WORKER_V4_LENGTH, new Bounds(8, 30),
            WORKER_V6_LENGTH, new Bounds(64, 126),
            REST_MS, new Bounds(0, MAX_MS),
            REST_CONFIRMED_MS, new Bounds(0, MAX_MS),
            EVENT_MEMORY_MS, new Bounds(1, MAX_MS));
    private static final Bounds V4_LENGTHS = new Bounds(8, 30);
    private static final Bounds V6_LENGTHS = new Bounds(7, 126);

    /** All below the reserved {@code fdfe::/16}. */
    private static final List<String> WORKERS_V6 = List.of(
            "fc00::/8", "fd00::/9", "fd80::/10", "fdc0::/11", "fde0::/12", "fdf0::/13", "fdf8::/14", "fdfc::/15");

    PlanSettings {
        v4 = Collections.unmodifiableSortedMap(new TreeMap<>(v4));
        v6 = Collections.unmodifiableSortedMap(new TreeMap<>(v6));
        numbers = Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
    }

    /** Those of the address plan. */
    static PlanSettings defaults(Policies policies) {
        SortedMap<String, List<Ipv4Prefix>> v4 = new TreeMap<>();
        v4.put(WORKER_V4, List.of(Ipv4Prefix.parse("10.18.0.0/16")));
        v4.put(SERVICE_V4, List.of(Ipv4Prefix.parse("10.30.0.0/16")));
        SortedMap<String, List<Ipv6Prefix>> v6 = new TreeMap<>();
        v6.put(WORKER_V6, WORKERS_V6.stream().map(Ipv6Prefix::parse).toList());
        v6.put(INSTANCE_V6, List.of(Ipv6Prefix.parse("fdff::/21"), Ipv6Prefix.parse("fdff:800::/21")));
        policies.all().forEach(policy -> v6.put(SERVICE_V6 + policy.ipType(), List.of(policy.v6Prefix())));
        SortedMap<String, Long> numbers = new TreeMap<>();
        numbers.put(WORKER_V4_LENGTH, 26L);
        numbers.put(WORKER_V6_LENGTH, 120L);
        numbers.put(REST_MS, 60_000L);
        numbers.put(REST_CONFIRMED_MS, 10_000L);
        numbers.put(EVENT_MEMORY_MS, 86_400_000L);
        return new PlanSettings(v4, v6, numbers);
    }

    /** @throws No if one of the texts can't be read; the first by name decides with which code */
    PlanSettings with(Map<String, String> texts) {
        SortedMap<String, List<Ipv4Prefix>> newV4 = new TreeMap<>(v4);
        SortedMap<String, List<Ipv6Prefix>> newV6 = new TreeMap<>(v6);
        SortedMap<String, Long> newNumbers = new TreeMap<>(numbers);
        new TreeMap<>(texts).forEach((name, text) -> {
            if (v4.containsKey(name)) {
                newV4.put(name, prefixes(text, Ipv4Prefix::parse, Ipv4Prefix::length, V4_LENGTHS));
            } else if (v6.containsKey(name)) {
                newV6.put(name, prefixes(text, Ipv6Prefix::parse, Ipv6Prefix::length, V6_LENGTHS));
            } else if (numbers.containsKey(name)) {
                newNumbers.put(name, number(text, Objects.requireNonNull(NUMBERS.get(name))));
            } else {
                throw new No("UNKNOWN_REALM_SETTING");
            }
        });
        return new PlanSettings(newV4, newV6, newNumbers);
    }

    /** What {@link #with} makes these settings of. */
    SortedMap<String, String> texts() {
        SortedMap<String, String> texts = new TreeMap<>();
        Stream.of(v4, v6)
                .forEach(lists -> lists.forEach((name, prefixes) ->
                        texts.put(name, prefixes.stream().map(Object::toString).collect(Collectors.joining(",")))));
        numbers.forEach((name, number) -> texts.put(name, number.toString()));
        return texts;
    }

    private static <P> List<P> prefixes(
            String text, Function<String, P> parser, Function<P, Integer> length, Bounds lengths) {
        try {
            List<P> prefixes = Arrays.stream(text.split(",", -1))
                    .map(part -> parser.apply(part.strip()))
                    .toList();
            if (prefixes.stream().allMatch(prefix -> lengths.contains(length.apply(prefix)))) {
                return prefixes;
            }
        } catch (IllegalArgumentException _) {
            // Refused below, like a prefix that is too long.
        }
        throw new No("MALFORMED_EVENT");
    }

    private static long number(String text, Bounds bounds) {
        boolean isNumber =
                !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isNumber || !bounds.contains(Long.parseLong(text))) {
            throw new No("MALFORMED_EVENT");
        }
        return Long.parseLong(text);
    }

    List<Ipv4Prefix> prefixesV4(String name) {
        return Objects.requireNonNull(v4.get(name), name);
    }

    List<Ipv6Prefix> prefixesV6(String name) {
        return Objects.requireNonNull(v6.get(name), name);
    }

    long number(String name) {
        return Objects.requireNonNull(numbers.get(name), name);
    }

    int length(String name) {
        return (int) number(name);
    }
}
