package io.xylem.allocator.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.xylem.allocator.domain.Outcome;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What operators see of the allocator's work, beside what Kafka Streams says itself. Counted as it is decided: a
 * transaction that is aborted and done again counts twice. All threads.
 */
final class AllocatorMeters {
    private record ResultKey(String status, String code) {}

    private record PoolKey(String realm, String pool) {}

    private final MeterRegistry registry;
    private final Map<ResultKey, Counter> outcomes = new ConcurrentHashMap<>();
    private final Map<PoolKey, AtomicLong> held = new ConcurrentHashMap<>();

    AllocatorMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void outcome(Outcome outcome) {
        ResultKey key = switch (outcome.result()) {
            case Outcome.Accepted _ -> new ResultKey("accepted", "");
            case Outcome.Rejected rejected ->
                new ResultKey("rejected", rejected.rejection().code().name().toLowerCase(Locale.ROOT));
        };
        outcomes.computeIfAbsent(key, this::counter).increment();
    }

    /** Known of a realm from its first event after a start. */
    void held(String realm, String pool, long slots) {
        held.computeIfAbsent(new PoolKey(realm, pool), this::gauge).set(slots);
    }

    private Counter counter(ResultKey key) {
        return Counter.builder("xylem.allocator.outcomes")
                .description("events answered, by status and, if rejected, by code")
                .tag("status", key.status())
                .tag("code", key.code())
                .register(registry);
    }

    private AtomicLong gauge(PoolKey key) {
        AtomicLong value = new AtomicLong();
        Gauge.builder("xylem.allocator.held", value, AtomicLong::get)
                .description("slots of a pool of a realm that are held now, without what rests")
                .tag("realm", key.realm())
                .tag("pool", key.pool())
                .register(registry);
        return value;
    }
}
