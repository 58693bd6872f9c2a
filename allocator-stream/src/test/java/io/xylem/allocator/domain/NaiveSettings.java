package io.xylem.allocator.domain;

import io.xylem.allocator.domain.Rejection.Code;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A realm's settings, read and judged once more. Where a text has several faults, which of them is named is free: a
 * judgement is the set of them.
 */
record NaiveSettings(Map<String, List<Ipv4Prefix>> v4, Map<String, List<Ipv6Prefix>> v6, Map<String, Long> numbers) {
    private static final long MAX_MS = 372L * 24 * 3600 * 1000;
    private static final Map<String, long[]> BOUNDS = Map.of(
            "worker.v4.length", new long[] {8, 30},
            "worker.v6.length", new long[] {64, 126},
            "rest.ms", new long[] {0, MAX_MS},
            "rest.confirmed.ms", new long[] {0, MAX_MS},
            "event.memory.ms", new long[] {1, MAX_MS});
    private static final List<Ipv4Prefix> RESERVED_V4 =
            prefixes("0.0.0.0/8,127.0.0.0/8,169.254.0.0/16,224.0.0.0/4,240.0.0.0/4", Ipv4Prefix::parse);
    private static final List<Ipv6Prefix> RESERVED_V6 =
            prefixes("::/8,fdfe::/16,fdff:4000::/21,fe80::/10,ff00::/8", Ipv6Prefix::parse);

    /** Those of {@link Realm#SMALL}. */
    static NaiveSettings small() {
        Map<String, List<Ipv4Prefix>> v4 = new TreeMap<>();
        v4.put("worker.v4", prefixes("10.18.0.0/27", Ipv4Prefix::parse));
        v4.put("service.v4", prefixes("10.30.0.0/28", Ipv4Prefix::parse));
        Map<String, List<Ipv6Prefix>> v6 = new TreeMap<>();
        v6.put(
                "worker.v6",
                prefixes(
                        "fc00::/8,fd00::/9,fd80::/10,fdc0::/11,fde0::/12,fdf0::/13,fdf8::/14,fdfc::/15",
                        Ipv6Prefix::parse));
        v6.put("instance.v6", prefixes("fdff::/21,fdff:800::/21", Ipv6Prefix::parse));
        v6.put("service.v6.RR", prefixes("fdff:2000::/21", Ipv6Prefix::parse));
        v6.put("service.v6.closest", prefixes("fdff:1000::/21", Ipv6Prefix::parse));
        Map<String, Long> numbers = new TreeMap<>(Map.of(
                "worker.v4.length", 29L,
                "worker.v6.length", 120L,
                "rest.ms", 60_000L,
                "rest.confirmed.ms", 10_000L,
                "event.memory.ms", 86_400_000L));
        return new NaiveSettings(v4, v6, numbers);
    }

    private static <P> List<P> prefixes(String text, Function<String, P> parser) {
        List<P> prefixes = new ArrayList<>();
        for (String one : text.split(",", -1)) {
            prefixes.add(parser.apply(one.strip()));
        }
        return prefixes;
    }

    long number(String setting) {
        Long number = numbers.get(setting);
        if (number == null) {
            throw new IllegalStateException(setting);
        }
        return number;
    }

    List<Ipv4Prefix> v4(String setting) {
        return v4.getOrDefault(setting, List.of());
    }

    List<Ipv6Prefix> v6(String setting) {
        return v6.getOrDefault(setting, List.of());
    }

    /** These, with what is asked for. {@code faults} gets what can't be read or does not exist. */
    NaiveSettings with(Map<String, String> asked, Set<Code> faults) {
        NaiveSettings after = new NaiveSettings(new TreeMap<>(v4), new TreeMap<>(v6), new TreeMap<>(numbers));
        asked.forEach((setting, text) -> {
            try {
                if (v4.containsKey(setting)) {
                    List<Ipv4Prefix> prefixes = prefixes(text, Ipv4Prefix::parse);
                    after.v4.put(setting, prefixes);
                    check(prefixes.stream().allMatch(one -> one.length() >= 8 && one.length() <= 30));
                } else if (v6.containsKey(setting)) {
                    List<Ipv6Prefix> prefixes = prefixes(text, Ipv6Prefix::parse);
                    after.v6.put(setting, prefixes);
                    check(prefixes.stream().allMatch(one -> one.length() >= 7 && one.length() <= 126));
                } else if (numbers.containsKey(setting)) {
                    BigInteger number = new BigInteger(text);
                    long[] bounds = BOUNDS.getOrDefault(setting, new long[2]);
                    check(number.compareTo(BigInteger.valueOf(bounds[0])) >= 0
                            && number.compareTo(BigInteger.valueOf(bounds[1])) <= 0);
                    after.numbers.put(setting, number.longValueExact());
                } else {
                    faults.add(Code.UNKNOWN_REALM_SETTING);
                }
            } catch (IllegalArgumentException e) {
                faults.add(Code.MALFORMED_EVENT);
            }
        });
        return after;
    }

    private static void check(boolean isAllowed) {
        if (!isAllowed) {
            throw new IllegalArgumentException();
        }
    }

    /** @param inUse the settings whose pool has given something out */
    Set<Code> faultsAfter(NaiveSettings before, Set<String> inUse) {
        Set<Code> faults = EnumSet.noneOf(Code.class);
        for (String setting : inUse) {
            boolean grows = startsWith(v4(setting), before.v4(setting))
                    && startsWith(v6(setting), before.v6(setting))
                    && (setting.endsWith(".length") ? number(setting) == before.number(setting) : true);
            if (!grows) {
                faults.add(Code.POOL_IN_USE);
            }
        }
        BigInteger room = BigInteger.TWO.pow((int) Math.max(
                0, number("worker.v6.length") - v6("worker.v6").getFirst().length()));
        boolean isTooSmall = v6("worker.v6").getFirst().length() > number("worker.v6.length")
                || v4("worker.v4").stream().anyMatch(prefix -> prefix.length() > number("worker.v4.length"))
                || room.compareTo(BigInteger.valueOf(subnets())) < 0;
        if (isTooSmall || number("rest.confirmed.ms") > number("rest.ms")) {
            faults.add(Code.MALFORMED_EVENT);
        }
        List<Ipv4Prefix> all4 = v4.values().stream().flatMap(List::stream).toList();
        List<Ipv6Prefix> all6 = v6.values().stream().flatMap(List::stream).toList();
        if (all4.stream().anyMatch(one -> RESERVED_V4.stream().anyMatch(one::overlaps))
                || all6.stream().anyMatch(one -> RESERVED_V6.stream().anyMatch(one::overlaps))) {
            faults.add(Code.POOL_RESERVED);
        }
        for (int i = 0; i < all4.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (all4.get(i).overlaps(all4.get(j))) {
                    faults.add(Code.POOL_OVERLAP);
                }
            }
        }
        for (int i = 0; i < all6.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (all6.get(i).overlaps(all6.get(j))) {
                    faults.add(Code.POOL_OVERLAP);
                }
            }
        }
        return faults;
    }

    private static <P> boolean startsWith(List<P> list, List<P> start) {
        return list.size() >= start.size() && list.subList(0, start.size()).equals(start);
    }

    long subnets() {
        long subnets = 0;
        for (Ipv4Prefix prefix : v4("worker.v4")) {
            subnets += prefix.size() >> (32 - number("worker.v4.length"));
        }
        return subnets;
    }

    long hosts() {
        BigInteger hosts4 =
                BigInteger.TWO.pow((int) (32 - number("worker.v4.length"))).subtract(BigInteger.TWO);
        BigInteger hosts6 =
                BigInteger.TWO.pow((int) (128 - number("worker.v6.length"))).subtract(BigInteger.ONE);
        return hosts4.min(hosts6).longValueExact();
    }

    Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        v4.forEach((setting, prefixes) -> texts.put(setting, text(prefixes)));
        v6.forEach((setting, prefixes) -> texts.put(setting, text(prefixes)));
        numbers.forEach((setting, number) -> texts.put(setting, number.toString()));
        return texts;
    }

    private static String text(List<?> prefixes) {
        String text = prefixes.toString();
        return text.substring(1, text.length() - 1).replace(" ", "");
    }
}
