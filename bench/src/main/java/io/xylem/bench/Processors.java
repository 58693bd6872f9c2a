package io.xylem.bench;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * How much processor time each process takes. On a shared machine that says more than the time on the wall: it tells
 * which of them a rate depends on.
 */
final class Processors {
    private static final double NS_PER_US = 1_000;

    private final Map<String, LongSupplier> ns = new LinkedHashMap<>();
    private final Map<String, Long> atStart = new LinkedHashMap<>();

    Processors of(String name, Jvm process) {
        ns.put(name, process::processorNs);
        return this;
    }

    /** This process, in which both ends are. */
    Processors ofThis(String name) {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        ns.put(name, system::getProcessCpuTime);
        return this;
    }

    void start() {
        ns.forEach((name, now) -> atStart.put(name, now.getAsLong()));
    }

    /** Since {@link #start}, a share of each of so many things done: {@code broker 40, routing 31 us}. */
    String perOne(int count) {
        return ns.entrySet().stream()
                        .map(entry -> String.format(
                                Locale.ROOT,
                                "%s %.0f",
                                entry.getKey(),
                                (entry.getValue().getAsLong() - atStart.getOrDefault(entry.getKey(), 0L))
                                        / NS_PER_US
                                        / count))
                        .collect(Collectors.joining(", "))
                + " us";
    }
}
