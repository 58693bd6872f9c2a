package io.xylem.allocator.stream;

import io.xylem.allocator.domain.Details;
import io.xylem.allocator.domain.Outcome;
import io.xylem.allocator.domain.Owner;
import io.xylem.allocator.domain.Pool;
import io.xylem.allocator.domain.Rejection;
import io.xylem.allocator.domain.Slot;
import io.xylem.allocator.domain.State;
import io.xylem.allocator.domain.StateHash;
import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Values of the store: one character that names the format, then the fields as text, for people too. Equal values are
 * equal bytes, so the same log gives the same store.
 *
 * <pre>
 *  3|A.prod.S.prod|1|w1|10.30.0.2|fdff::1|10.18.0.1|fc00::1|READY        an instance
 *  3|INSTANCE|A.prod.S.prod#1|1700000000000|17|0|false                   who had a slot, and since when it rests
 * </pre>
 *
 * By hand and not by a library of JSON, because an event writes several values: it was a third of its cost.
 */
final class StoreFormat {
    /** The next format is '4'; readers of a store then read both. */
    private static final char FORMAT = '3';

    /** Equal values in equal words; but there the store has an entry for each slot that is held, too. */
    private static final char FORMAT_WITH_HELD = '2';

    private StoreFormat() {}

    static byte[] write(Object value) {
        FieldWriter out = new FieldWriter(FORMAT);
        switch (value) {
            case State.Worker worker -> write(out, worker);
            case State.Service(var name, var ips, var spentEnd) -> {
                out.plain(name).number(spentEnd);
                write(out, ips);
            }
            case State.Instance(var name, var worker, var instanceIp, var namespaceIp, var state, var weight) -> {
                write(out, name);
                out.plain(worker);
                write(out, instanceIp);
                write(out, namespaceIp);
                out.plain(state);
                // Most have none, and so has what an earlier version wrote.
                if (weight != 1) {
                    out.number(weight);
                }
            }
            case Pool(var lastFresh, var held, var resting, var runs) ->
                out.plain(lastFresh).number(held).number(resting).number(runs);
            case State.Holding(var owner, var rest) -> {
                out.plain(owner.kind()).free(owner.name());
                if (rest == null) {
                    out.plain(null);
                } else {
                    out.number(rest.sinceMs())
                            .number(rest.offset())
                            .number(rest.sequence())
                            .plain(rest.confirmed());
                }
            }
            case State.Resting(var slot, var sinceMs) -> out.plain(slot).number(sinceMs);
            case State.Span(var last) -> out.plain(last);
            case State.Withdrawal(var instance, var version, var sinceMs, var places) -> {
                write(out, instance);
                out.number(version).number(sinceMs);
                places.forEach(place -> out.free(place.pool()).plain(place.slot()));
            }
            case State.Tally(var events, var hash, State.Sweep(var to, var oldestMs)) ->
                out.number(events).plain(hash).free(to).number(oldestMs);
            case State.Configured(var settings, var elapsed) -> {
                out.number(elapsed.restedMs())
                        .number(elapsed.restedConfirmedMs())
                        .number(elapsed.forgottenMs());
                write(out, settings);
            }
            case State.Remembered remembered -> {
                out.number(remembered.atMs());
                write(out, remembered.outcome());
            }
            default ->
                throw new IllegalArgumentException(
                        "the store has no " + value.getClass().getName());
        }
        return out.bytes();
    }

    static <V> V read(byte[] bytes, Class<V> type) {
        if (bytes.length == 0 || (bytes[0] != FORMAT && bytes[0] != FORMAT_WITH_HELD)) {
            throw new IllegalStateException("a value of the store has the format "
                    + Arrays.toString(Arrays.copyOf(bytes, Math.min(1, bytes.length)))
                    + "; this version reads formats '" + FORMAT_WITH_HELD + "' and '" + FORMAT + "'");
        }
        return type.cast(read(new FieldReader(bytes), type));
    }

    private static Object read(FieldReader in, Class<?> type) {
        if (type == State.Instance.class) {
            return new State.Instance(
                    instance(in),
                    in.plain(),
                    address(in),
                    address(in),
                    InstanceState.valueOf(in.plain()),
                    in.hasMore() ? (int) in.number() : 1);
        } else if (type == State.Holding.class) {
            return new State.Holding(new Owner(Owner.Kind.valueOf(in.plain()), in.free()), rest(in));
        } else if (type == Pool.class) {
            return new Pool(in.optional(Slot::parse), in.number(), in.number(), in.number());
        } else if (type == State.Worker.class) {
            return worker(in);
        } else if (type == State.Service.class) {
            ServiceName name = ServiceName.parse(in.plain());
            long spentEnd = in.number();
            return new State.Service(name, ips(in), spentEnd);
        } else if (type == State.Resting.class) {
            return new State.Resting(Slot.parse(in.plain()), in.number());
        } else if (type == State.Span.class) {
            return new State.Span(Slot.parse(in.plain()));
        } else if (type == State.Withdrawal.class) {
            InstanceName instance = instance(in);
            long version = in.number();
            long sinceMs = in.number();
            List<State.Place> places = new ArrayList<>();
            while (in.hasMore()) {
                places.add(new State.Place(in.free(), Slot.parse(in.plain())));
            }
            return new State.Withdrawal(instance, version, sinceMs, places);
        } else if (type == State.Tally.class) {
            return new State.Tally(in.number(), StateHash.parse(in.plain()), sweep(in));
        } else if (type == State.Configured.class) {
            State.Elapsed elapsed = new State.Elapsed(in.number(), in.number(), in.number());
            return new State.Configured(settings(in), elapsed);
        } else if (type == State.Remembered.class) {
            return new State.Remembered(in.number(), () -> outcome(in.copy()));
        }
        throw new IllegalArgumentException("the store has no " + type.getName());
    }

    private static void write(FieldWriter out, State.Worker worker) {
        Location location = worker.location();
        out.plain(worker.name())
                .plain(worker.cluster())
                .plain(worker.underlay().address())
                .number(worker.underlay().port())
                .free(worker.zone())
                .plain(location == null ? null : location.latitude())
                .plain(location == null ? null : location.longitude());
        write(out, worker.subnet());
        out.plain(worker.lost());
    }

    private static State.Worker worker(FieldReader in) {
        String name = in.plain();
        String cluster = in.plain();
        Endpoint underlay = new Endpoint(in.plain(), (int) in.number());
        String zone = in.optionalFree();
        Double latitude = in.optional(Double::valueOf);
        Double longitude = in.optional(Double::valueOf);
        Location location = latitude == null || longitude == null ? null : new Location(latitude, longitude);
        DualPrefix subnet = new DualPrefix(Ipv4Prefix.parse(in.plain()), Ipv6Prefix.parse(in.plain()));
        return new State.Worker(name, cluster, underlay, zone, location, subnet, in.flag());
    }

    private static void write(FieldWriter out, Outcome outcome) {
        out.plain(outcome.realm()).free(outcome.id()).number(outcome.offset()).plain(outcome.type());
        switch (outcome.result()) {
            case Outcome.Rejected(Rejection(var code, var message)) ->
                out.plain("rejected").plain(code).free(message);
            case Outcome.Accepted(var unchanged, var details) -> {
                out.plain("accepted").plain(unchanged);
                write(out, details);
            }
        }
    }

    private static Outcome outcome(FieldReader in) {
        String realm = in.plain();
        String id = in.free();
        long offset = in.number();
        String type = in.plain();
        Outcome.Result result = in.plain().equals("rejected")
                ? new Outcome.Rejected(new Rejection(Rejection.Code.valueOf(in.plain()), in.free()))
                : new Outcome.Accepted(in.flag(), details(in));
        return new Outcome(realm, id, offset, type, result);
    }

    private static void write(FieldWriter out, Details details) {
        switch (details) {
            case Details.OfWorker(var worker, var subnet) -> {
                out.plain("worker").plain(worker);
                if (subnet != null) {
                    write(out, subnet);
                }
            }
            case Details.OfService(var service, var ips) -> {
                out.plain("service").plain(service);
                write(out, ips);
            }
            case Details.OfRealm(var settings) -> write(out.plain("realm"), settings);
            case Details.OfInstance(var instance) -> write(out.plain("instance"), instance);
            case Details.OfPlacement(var instance, var worker, var instanceIp, var namespaceIp) -> {
                write(out.plain("placement"), instance);
                out.plain(worker);
                write(out, instanceIp);
                write(out, namespaceIp);
            }
        }
    }

    private static Details details(FieldReader in) {
        String kind = in.plain();
        return switch (kind) {
            case "worker" -> {
                String worker = in.plain();
                DualPrefix subnet = in.hasMore()
                        ? new DualPrefix(Ipv4Prefix.parse(in.plain()), Ipv6Prefix.parse(in.plain()))
                        : null;
                yield new Details.OfWorker(worker, subnet);
            }
            case "service" -> new Details.OfService(ServiceName.parse(in.plain()), ips(in));
            case "realm" -> new Details.OfRealm(settings(in));
            case "instance" -> new Details.OfInstance(instance(in));
            case "placement" -> new Details.OfPlacement(instance(in), in.plain(), address(in), address(in));
            default -> throw new IllegalStateException("an outcome tells of no " + kind);
        };
    }

    private static void write(FieldWriter out, InstanceName name) {
        out.plain(name.service()).number(name.number());
    }

    private static InstanceName instance(FieldReader in) {
        return new InstanceName(ServiceName.parse(in.plain()), (int) in.number());
    }

    private static void write(FieldWriter out, DualAddress address) {
        out.plain(address.v4()).plain(address.v6());
    }

    private static DualAddress address(FieldReader in) {
        return new DualAddress(Ipv4.parse(in.plain()), Ipv6.parse(in.plain()));
    }

    private static void write(FieldWriter out, DualPrefix prefix) {
        out.plain(prefix.v4()).plain(prefix.v6());
    }

    private static void write(FieldWriter out, List<ServiceIp> ips) {
        for (ServiceIp ip : ips) {
            write(out.free(ip.ipType()), ip.address());
        }
    }

    private static List<ServiceIp> ips(FieldReader in) {
        List<ServiceIp> ips = new ArrayList<>();
        while (in.hasMore()) {
            ips.add(new ServiceIp(in.free(), address(in)));
        }
        return ips;
    }

    private static void write(FieldWriter out, Map<String, String> settings) {
        settings.forEach((key, text) -> out.free(key).free(text));
    }

    private static Map<String, String> settings(FieldReader in) {
        Map<String, String> settings = new TreeMap<>();
        while (in.hasMore()) {
            settings.put(in.free(), in.free());
        }
        return settings;
    }

    private static State.Sweep sweep(FieldReader in) {
        String to = in.optionalFree();
        // Earlier versions did not keep the time, and read past it.
        return new State.Sweep(to, in.hasMore() ? in.number() : State.Sweep.NEVER.oldestMs());
    }

    private static State.@Nullable Rest rest(FieldReader in) {
        Long sinceMs = in.optional(Long::valueOf);
        return sinceMs == null ? null : new State.Rest(sinceMs, in.number(), (int) in.number(), in.flag());
    }
}
