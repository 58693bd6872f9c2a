package io.xylem.allocator.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.List;

/**
 * The tables of a realm. A table is a range of the ordered store: a full key is {@code realm|code|key}. Keys are ASCII
 * texts that sort as what they mean; {@code |} separates their parts and occurs in none. A code is never given to
 * another meaning; {@code t} is retired.
 */
public final class Tables {
    /**
     * One table: its code in the store, and what its values are.
     *
     * @param isGrouped lists are of all keys with one first part, and are asked for seldom
     */
    public record Table<V>(String code, Class<V> type, boolean isGrouped) {
        Table(String code, Class<V> type) {
            this(code, type, false);
        }
    }

    /** {@code worker}: which worker is that, and what is its subnet? */
    public static final Table<State.Worker> WORKERS = new Table<>("w", State.Worker.class);

    /** {@code service}: which service IPs does it have? */
    public static final Table<State.Service> SERVICES = new Table<>("s", State.Service.class);

    /** {@code service|number}: where is the instance, in which state? By prefix: which instances has the service? */
    public static final Table<State.Instance> INSTANCES = new Table<>("i", State.Instance.class, true);

    /** {@code pool}: how far is the pool given out? */
    public static final Table<Pool> POOLS = new Table<>("p", Pool.class);

    /**
     * {@code pool|slot}: who has the slot, or had it last? By prefix {@code ns-worker|}: who is on the worker? What is held
     * follows from the holders ({@link Holders}), and only what rests needs to be kept.
     */
    public static final Table<State.Holding> HOLDINGS = new Table<>("h", State.Holding.class, true);

    /**
     * {@code pool|c or u|offset|sequence}: which slot was released longest ago, of those whose withdrawal is confirmed (c)
     * or not (u)? Both queues are in the order of release, so the head of each is the first of it to have rested.
     */
    public static final Table<State.Resting> RESTING = new Table<>("q", State.Resting.class);

    /**
     * {@code pool|first} and {@code #service|first}: runs without a gap. Of a pool: requested slots that the ascending
     * hand-out has not reached and will skip. Of a service: the numbers of its removed instances, never given again.
     */
    public static final Table<State.Span> SPANS = new Table<>("r", State.Span.class);

    /** {@code version|service|number}: what did the event at that offset withdraw? The first is the oldest. */
    public static final Table<State.Withdrawal> WITHDRAWALS = new Table<>("x", State.Withdrawal.class);

    /** {@code id}: was this event handled before, and how? */
    public static final Table<State.Remembered> EVENTS = new Table<>("e", State.Remembered.class);

    /** {@link #REALM}: how many events did the realm have, and what does its state amount to? */
    public static final Table<State.Tally> TALLY = new Table<>("n", State.Tally.class);

    /** {@link #REALM}: in what does the realm differ from the defaults? */
    public static final Table<State.Configured> SETTINGS = new Table<>("c", State.Configured.class);

    public static final List<Table<?>> ALL = List.of(
            WORKERS, SERVICES, INSTANCES, POOLS, HOLDINGS, RESTING, SPANS, WITHDRAWALS, EVENTS, TALLY, SETTINGS);

    /** The one key of a table that has one entry. */
    public static final String REALM = "realm";

    private Tables() {}

    static String instance(InstanceName instance) {
        return instancesOf(instance.service()) + Slot.of(instance.number());
    }

    static String instancesOf(ServiceName service) {
        return service + "|";
    }

    static String holding(String pool, Slot slot) {
        return inPool(pool) + slot;
    }

    static String inPool(String pool) {
        return pool + "|";
    }

    static String queue(String pool, boolean confirmed) {
        return pool + (confirmed ? "|c|" : "|u|");
    }

    static String resting(String pool, State.Rest rest) {
        return queue(pool, rest.confirmed()) + Slot.hex(rest.offset(), 16) + "|" + Slot.hex(rest.sequence(), 4);
    }

    /** The runs of removed instance numbers. */
    static String numbersOf(ServiceName service) {
        return "#" + service + "|";
    }

    static String withdrawal(long version, InstanceName instance) {
        return Slot.hex(version, 16) + "|" + instance(instance);
    }
}
