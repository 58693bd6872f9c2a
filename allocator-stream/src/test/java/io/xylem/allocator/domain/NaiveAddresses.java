package io.xylem.allocator.domain;

import io.xylem.allocator.domain.NaivePool.No;
import io.xylem.allocator.domain.Rejection.Code;
import io.xylem.model.DualPrefix;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** The pools of {@link NaiveAllocator}, under settings that change; which number of a pool is which address. */
final class NaiveAddresses {
    /** An address of none of the pool's prefixes. */
    private static final long OUTSIDE = -2;

    /** Settings that held until then: what had rested by their times has rested, whatever came later. */
    private record Epoch(long untilMs, NaiveSettings settings) {}

    final NaivePool subnets;
    final NaivePool v4;
    private final Map<String, NaivePool> v6 = new TreeMap<>();
    private final List<Epoch> epochs = new ArrayList<>();
    private NaiveSettings settings = NaiveSettings.small();

    NaiveAddresses() {
        subnets = new NaivePool(List.of());
        v4 = new NaivePool(List.of());
        settings.v6().keySet().forEach(setting -> v6.put(setting, new NaivePool(List.of())));
        resize();
    }

    private NaiveAddresses(NaiveAddresses other) {
        subnets = other.subnets.copy();
        v4 = other.v4.copy();
        other.v6.forEach((setting, pool) -> v6.put(setting, pool.copy()));
        epochs.addAll(other.epochs);
        settings = other.settings;
    }

    NaiveAddresses copy() {
        return new NaiveAddresses(this);
    }

    NaiveSettings settings() {
        return settings;
    }

    NaivePool newHosts() {
        return new NaivePool(List.of(settings.hosts()));
    }

    /** @return whether anything changed */
    boolean configure(Map<String, String> asked, long atMs, Set<Code> faults) {
        NaiveSettings after = settings.with(asked, faults);
        if (!faults.isEmpty() || after.equals(settings)) {
            return false;
        }
        faults.addAll(after.faultsAfter(settings, inUse()));
        if (faults.isEmpty()) {
            epochs.add(new Epoch(atMs, settings));
            settings = after;
            resize();
        }
        return faults.isEmpty();
    }

    /** Whether something released then has rested now. */
    boolean isOver(long sinceMs, boolean confirmed, long atMs) {
        String time = confirmed ? "rest.confirmed.ms" : "rest.ms";
        return atMs - sinceMs >= settings.number(time)
                || epochs.stream()
                        .anyMatch(epoch ->
                                epoch.untilMs() - sinceMs >= epoch.settings().number(time));
    }

    private Set<String> inUse() {
        Set<String> inUse = new HashSet<>();
        if (subnets.isUsed()) {
            inUse.addAll(List.of("worker.v4", "worker.v4.length", "worker.v6", "worker.v6.length"));
        }
        if (v4.isUsed()) {
            inUse.add("service.v4");
        }
        v6.forEach((setting, pool) -> {
            if (pool.isUsed()) {
                inUse.add(setting);
            }
        });
        return inUse;
    }

    private void resize() {
        subnets.resize(List.of(settings.subnets()));
        v4.resize(settings.v4("service.v4").stream()
                .map(prefix -> prefix.size() - 2)
                .toList());
        v6.forEach((setting, pool) -> pool.resize(settings.v6(setting).stream()
                .map(prefix -> (1L << Math.min(47, 128 - prefix.length())) - 1)
                .toList()));
    }

    /** @param number from 1 */
    DualPrefix subnet(long number) {
        long left = number - 1;
        int length4 = (int) settings.number("worker.v4.length");
        int length6 = (int) settings.number("worker.v6.length");
        BigInteger v6 = new BigInteger(
                        1, settings.v6("worker.v6").getFirst().network().bytes())
                .add(BigInteger.valueOf(left).shiftLeft(128 - length6));
        Ipv6Prefix subnet6 = new Ipv6Prefix(new Ipv6(v6.shiftRight(64).longValue(), v6.longValue()), length6);
        for (Ipv4Prefix prefix : settings.v4("worker.v4")) {
            long here = prefix.size() >> (32 - length4);
            if (left < here) {
                return new DualPrefix(new Ipv4Prefix(prefix.network().plus(left << (32 - length4)), length4), subnet6);
            }
            left -= here;
        }
        throw new IllegalStateException("no subnet " + number);
    }

    static String policy(Event.AddressRequest request) {
        return switch (request.policy().toLowerCase(Locale.ROOT)) {
            case "rr" -> "RR";
            case "closest" -> "closest";
            default -> throw new No(Code.UNKNOWN_POLICY);
        };
    }

    NaivePool pool(String policyOrSetting) {
        NaivePool pool = v6.getOrDefault(policyOrSetting, v6.get("service.v6." + policyOrSetting));
        if (pool == null) {
            throw new IllegalStateException(policyOrSetting);
        }
        return pool;
    }

    long number4(String text) {
        Ipv4 address = read(text, Ipv4::parse);
        List<Ipv4Prefix> prefixes = settings.v4("service.v4");
        for (int range = 0; range < prefixes.size(); range++) {
            if (prefixes.get(range).contains(address)) {
                return range * NaivePool.RANGE
                        + address.bits()
                        - prefixes.get(range).network().bits();
            }
        }
        return OUTSIDE;
    }

    long number6(String policy, String text) {
        Ipv6 address = read(text, Ipv6::parse);
        List<Ipv6Prefix> prefixes = settings.v6("service.v6." + policy);
        for (int range = 0; range < prefixes.size(); range++) {
            Ipv6 network = prefixes.get(range).network();
            if (prefixes.get(range).contains(address)) {
                return range * NaivePool.RANGE + address.low() - network.low();
            }
        }
        return OUTSIDE;
    }

    Ipv4 address4(long number) {
        return settings.v4("service.v4")
                .get((int) (number / NaivePool.RANGE))
                .network()
                .plus(number % NaivePool.RANGE);
    }

    Ipv6 address6(String setting, long number) {
        return settings.v6(setting)
                .get((int) (number / NaivePool.RANGE))
                .network()
                .plus(number % NaivePool.RANGE);
    }

    private static <A> A read(String text, Function<String, A> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new No(Code.MALFORMED_EVENT);
        }
    }
}
