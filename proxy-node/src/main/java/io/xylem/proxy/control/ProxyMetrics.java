package io.xylem.proxy.control;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Drop;
import java.util.Locale;

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
        for (Counters.Direction direction : Counters.Direction.values()) {
            for (Drop reason : Drop.values()) {
                FunctionCounter.builder("xylem.proxy.dropped.packets", counters, c -> c.drops(direction, reason))
                        .tag("direction", direction.name().toLowerCase(Locale.ROOT))
                        .tag("reason", reason.name())
                        .register(registry);
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
}
