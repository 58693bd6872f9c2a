package io.xylem.proxy.control;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Counters.Path;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Fill;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** The proxy's numbers under the names that dashboards use. */
final class ProxyMetrics {
    private ProxyMetrics() {}

    static void bind(
            MeterRegistry registry,
            Counters counters,
            Routes routes,
            RouteFeed feed,
            Instances instances,
            InterestKeeper interests) {
        for (Counters.Count count : Counters.Count.values()) {
            String name = "xylem.proxy." + count.name().toLowerCase(Locale.ROOT).replace('_', '.');
            if (count == Counters.Count.FLOWS) {
                Gauge.builder(name, counters, c -> c.get(count)).register(registry);
            } else {
                FunctionCounter.builder(name, counters, c -> c.get(count)).register(registry);
            }
        }
        for (Direction direction : Direction.values()) {
            for (Path path : Path.values()) {
                bindMoved(registry, counters, direction, path);
            }
        }
        Gauge.builder("xylem.proxy.table.version", routes, r -> r.table().version())
                .register(registry);
        Gauge.builder("xylem.proxy.routes.instances", routes, r -> r.table().instanceCount())
                .register(registry);
        Gauge.builder("xylem.proxy.routes.services", routes, r -> r.table().serviceCount())
                .register(registry);
        Gauge.builder("xylem.proxy.applied.version", routes, Routes::applied).register(registry);
        Gauge.builder(
                        "xylem.proxy.interest.services",
                        interests,
                        i -> i.wanted().services().size())
                .register(registry);
        Gauge.builder("xylem.proxy.caught.up", feed, f -> f.isCaughtUp() ? 1 : 0)
                .register(registry);
        Gauge.builder(
                        "xylem.proxy.attached.instances",
                        instances,
                        i -> i.attachments().all().size())
                .register(registry);
        FunctionCounter.builder("xylem.proxy.unreadable.records", feed, RouteFeed::unreadable)
                .register(registry);
    }

    private static void bindMoved(MeterRegistry registry, Counters counters, Direction direction, Path path) {
        Tags tags = Tags.of("direction", PacketStatus.word(direction), "path", PacketStatus.word(path));
        FunctionCounter.builder("xylem.proxy.packets", counters, c -> c.packets(direction, path))
                .tags(tags)
                .register(registry);
        FunctionCounter.builder("xylem.proxy.bytes", counters, c -> c.bytes(direction, path))
                .tags(tags)
                .register(registry);
        for (Drop reason : Drop.values()) {
            FunctionCounter.builder("xylem.proxy.dropped.packets", counters, c -> c.drops(direction, path, reason))
                    .tags(tags)
                    .tag("reason", reason.name())
                    .register(registry);
        }
    }

    /** @param fills of the same tables each time */
    static void bindFills(MeterRegistry registry, Supplier<List<Fill>> fills) {
        for (Fill table : fills.get()) {
            Tags tags = Tags.of("table", table.table());
            Gauge.builder("xylem.proxy.table.entries", fills, f -> entries(f.get(), table.table()))
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
            Gauge.builder("xylem.proxy.table.capacity", table, Fill::capacity)
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
        }
    }

    private static double entries(List<Fill> fills, String table) {
        return fills.stream()
                .filter(fill -> fill.table().equals(table))
                .mapToLong(Fill::entries)
                .sum();
    }
}
