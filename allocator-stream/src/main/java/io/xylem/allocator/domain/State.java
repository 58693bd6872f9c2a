package io.xylem.allocator.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a realm remembers: the values of its tables. They are persisted; see {@link Tables} for where. */
public final class State {
    private State() {}

    public record Worker(
            String name,
            String cluster,
            Endpoint underlay,
            @Nullable String zone,
            @Nullable Location location,
            DualPrefix subnet,
            boolean lost) {
        Worker withUnderlay(Endpoint other) {
            return new Worker(name, cluster, other, zone, location, subnet, lost);
        }

        Worker withLost(boolean isLost) {
            return new Worker(name, cluster, underlay, zone, location, subnet, isLost);
        }
    }

    /** @param spentEnd above every instance number that was removed; 0 if none was */
    public record Service(ServiceName name, List<ServiceIp> ips, long spentEnd) {
        public Service {
            ips = List.copyOf(ips);
        }

        public Service(ServiceName name, List<ServiceIp> ips) {
            this(name, ips, 0);
        }

        Service withSpent(int number) {
            return new Service(name, ips, Math.max(spentEnd, number + 1L));
        }
    }

    public record Instance(
            InstanceName name,
            String worker,
            DualAddress instanceIp,
            DualAddress namespaceIp,
            InstanceState state,
            int weight) {
        Instance withState(InstanceState other) {
            return new Instance(name, worker, instanceIp, namespaceIp, other, weight);
        }

        Instance withWeight(int other) {
            return new Instance(name, worker, instanceIp, namespaceIp, state, other);
        }

        /** Nobody there has attached it yet. */
        Instance movedTo(String other, DualAddress namespaceIpThere) {
            return new Instance(name, other, instanceIp, namespaceIpThere, InstanceState.SCHEDULED, weight);
        }
    }

    /** A slot that was given out: who has it or had it last, and since when it rests. */
    public record Holding(Owner owner, @Nullable Rest rest) {}

    /**
     * @param offset of the event that released it, with {@code sequence} its place in the order of releases
     * @param confirmed its withdrawal has been confirmed
     */
    public record Rest(long sinceMs, long offset, int sequence, boolean confirmed) {
        Rest asConfirmed() {
            return new Rest(sinceMs, offset, sequence, true);
        }
    }

    /** One place in the queue of a pool's resting slots. */
    public record Resting(Slot slot, long sinceMs) {}

    /** The last of a run of slots or numbers without a gap; its first one is in the key. */
    public record Span(Slot last) {}

    /** A slot of a pool. */
    public record Place(String pool, Slot slot) {}

    /** What the event at an offset took from an instance and nobody has confirmed yet. */
    public record Withdrawal(InstanceName instance, long version, long sinceMs, List<Place> places) {
        public Withdrawal {
            places = List.copyOf(places);
        }
    }

    /**
     * @param events that were handled and are or were remembered: accepted and rejected ones, each id once
     * @param hash of what is allocated now
     */
    public record Tally(long events, StateHash hash, Sweep sweep) {
        static final Tally NONE = new Tally(0, StateHash.EMPTY, Sweep.NEVER);

        Tally withOneMore() {
            return new Tally(events + 1, hash, sweep);
        }

        Tally withHash(StateHash other) {
            return new Tally(events, other, sweep);
        }

        Tally withSweep(Sweep other) {
            return new Tally(events, hash, other);
        }
    }

    /**
     * How far the remembered ids were gone through for what can be forgotten.
     *
     * @param to the id up to which they were; null: to the end
     * @param oldestMs nothing that was found and stays, or has come since the sweep began, was said before
     */
    public record Sweep(@Nullable String to, long oldestMs) {
        public static final Sweep NEVER = new Sweep(null, Long.MIN_VALUE);
    }

    /** The settings that are not the defaults, or were said to be so. */
    public record Configured(Map<String, String> settings, Elapsed elapsed) {
        public Configured {
            settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        }
    }

    /**
     * What had run out when the realm's times last changed, and stays so under longer ones: else what an event may have would
     * depend on whether anybody had tidied up in between.
     *
     * @param restedMs what was released then or before had rested; {@code restedConfirmedMs}: if its withdrawal was confirmed
     * @param forgottenMs ids said then or before were forgotten
     */
    public record Elapsed(long restedMs, long restedConfirmedMs, long forgottenMs) {
        static final Elapsed NOTHING = new Elapsed(Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE);

        Elapsed until(long atMs, RealmSettings settings) {
            return new Elapsed(
                    Math.max(restedMs, atMs - settings.restMs()),
                    Math.max(restedConfirmedMs, atMs - settings.restConfirmedMs()),
                    Math.max(forgottenMs, atMs - settings.eventMemoryMs()));
        }
    }

    /** How an event was answered, and when it was said. Most are looked at for their time alone. */
    public static final class Remembered {
        private final long atMs;
        private final Supplier<Outcome> outcome;

        /** @param outcome read when it is asked for */
        public Remembered(long atMs, Supplier<Outcome> outcome) {
            this.atMs = atMs;
            this.outcome = outcome;
        }

        public long atMs() {
            return atMs;
        }

        public Outcome outcome() {
            return outcome.get();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Remembered that
                    && atMs == that.atMs
                    && outcome().equals(that.outcome());
        }

        @Override
        public int hashCode() {
            return Long.hashCode(atMs);
        }

        @Override
        public String toString() {
            return atMs + " " + outcome();
        }
    }
}
