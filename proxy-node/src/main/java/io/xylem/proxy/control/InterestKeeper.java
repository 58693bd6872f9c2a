package io.xylem.proxy.control;

import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.InterestSet;
import io.xylem.proxy.domain.Mailbox;
import io.xylem.proxy.domain.UnknownAddresses;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.Interests;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells routing what this worker wants to hear of, and packets what nobody has.
 *
 * <pre>
 *  packets ── ask ──► questions ──► InterestSet ──► worker-status (the whole set, at once when it changes)
 *     ▲                                ▲                                      │
 *     └──── nobody has it ◄── heard ◄──┴── feed ◄── routes, or unknown ◄──────┘
 * </pre>
 *
 * The set belongs to the status thread; the mailboxes lead there from the packets' and the feed's, and back.
 */
public final class InterestKeeper implements UnknownAddresses {
    private static final int MAILBOX = InterestSet.ASKED_MOST;
    private static final long COALESCE_MS = 10;
    private static final long REVIEW_MS = 1_000;
    private static final long REPEAT_NS = TimeUnit.SECONDS.toNanos(10);

    private static final Logger LOG = LoggerFactory.getLogger(InterestKeeper.class);

    /** @param prefixes4 and {@code prefixes6} in which addresses have a meaning; others are not asked for */
    public record Settings(long idleMs, List<Ipv4Prefix> prefixes4, List<Ipv6Prefix> prefixes6) {}

    private final FeedSource source;
    private final Settings settings;
    private final StatusSender sender;
    private final ScheduledExecutorService thread;
    private final Routes routes;
    private final Supplier<FlowCounts> flows;
    private final LongSupplier clockNs;
    private final Runnable wakePackets;
    private final Mailbox<Ipv6> questions = new Mailbox<>(MAILBOX);
    private final Mailbox<Ipv6> heard = new Mailbox<>(MAILBOX);
    private final Mailbox<Ipv6> unknown = new Mailbox<>(MAILBOX);
    private final InterestSet set;
    private final Coalesced soon;
    private volatile InterestSet.Wanted wanted = new InterestSet.Wanted(List.of(), List.of());
    private volatile boolean said;
    private long sequence;
    private long saidNs;

    /**
     * @param thread the sender's
     * @param firstSequence more than any of an earlier run
     */
    InterestKeeper(
            FeedSource source,
            Settings settings,
            StatusSender sender,
            ScheduledExecutorService thread,
            Routes routes,
            Supplier<FlowCounts> flows,
            LongSupplier clockNs,
            long firstSequence,
            Runnable wakePackets) {
        this.source = source;
        this.settings = settings;
        this.sender = sender;
        this.thread = thread;
        this.routes = routes;
        this.flows = flows;
        this.clockNs = clockNs;
        this.wakePackets = wakePackets;
        sequence = firstSequence;
        set = new InterestSet(TimeUnit.MILLISECONDS.toNanos(settings.idleMs()));
        soon = new Coalesced(thread, COALESCE_MS, clockNs, () -> step(false));
    }

    /** What an earlier run wanted. Before {@link #start}. */
    void restore(List<ServiceName> services) {
        set.restore(services, clockNs.getAsLong());
        wanted = set.wanted();
    }

    void start() {
        ScheduledFuture<?> _ = thread.scheduleWithFixedDelay(() -> step(true), 0, REVIEW_MS, TimeUnit.MILLISECONDS);
    }

    /** Packets go by a new table soon: perhaps what they wait for is in it. */
    void routesChanged() {
        if (!wanted.addresses().isEmpty()) {
            soon.ask();
        }
    }

    /** Routing says that nobody has it. */
    void unknown(Ipv6 address) {
        if (heard.offer(address)) {
            soon.ask();
        }
    }

    /** What is wanted now. Any thread. */
    InterestSet.Wanted wanted() {
        return wanted;
    }

    /** The same as text. */
    record View(List<String> services, List<String> addresses) {}

    View view() {
        InterestSet.Wanted now = wanted;
        return new View(
                now.services().stream().map(ServiceName::toString).toList(),
                now.addresses().stream()
                        .map(address -> Addresses.text(address.high(), address.low()))
                        .toList());
    }

    @Override
    public boolean mayBeKnown(long high, long low) {
        if (source.kind() != FeedSource.Kind.INTEREST) {
            return false;
        }
        if (Addresses.isV4(high, low)) {
            Ipv4 address = new Ipv4((int) low);
            return settings.prefixes4().stream().anyMatch(prefix -> prefix.contains(address));
        }
        Ipv6 address = new Ipv6(high, low);
        return settings.prefixes6().stream().anyMatch(prefix -> prefix.contains(address));
    }

    @Override
    public boolean ask(Ipv6 address) {
        boolean asked = questions.offer(address);
        soon.ask();
        return asked;
    }

    @Override
    public @Nullable Ipv6 takeUnknown() {
        return unknown.poll();
    }

    private void step(boolean review) {
        try {
            long nowNs = clockNs.getAsLong();
            if (source.kind() == FeedSource.Kind.BROADCAST) {
                if (!said) {
                    say(nowNs); // nothing: an earlier run may have wanted something
                }
                return;
            }
            boolean answered = false;
            // Before the questions: what was heard until now answers earlier ones, perhaps of an earlier run.
            for (Ipv6 address = heard.poll(); address != null; address = heard.poll()) {
                answered |= set.unknown(address) && unknown.offer(address);
            }
            boolean changed = answered;
            for (Ipv6 address = questions.poll(); address != null; address = questions.poll()) {
                changed |= set.ask(address, nowNs);
            }
            changed |= set.resolve(routes.table(), nowNs);
            if (review) {
                changed |= set.review(routes.table(), flows.get(), nowNs);
            }
            if (changed) {
                wanted = set.wanted();
                sequence++;
            }
            if (answered) {
                wakePackets.run();
            }
            if (changed || (review && (!said || nowNs - saidNs >= REPEAT_NS))) {
                say(nowNs);
            }
        } catch (RuntimeException e) {
            // Thrown out of here, it would silently end the schedule.
            LOG.error("the worker's interests were not told", e);
        }
    }

    private void say(long nowNs) {
        View view = view();
        said = true;
        saidNs = nowNs;
        var _ = sender.send(
                        Keys.interest(source.realm(), source.worker()),
                        new Interests(sequence, view.services(), view.addresses()))
                .exceptionally(failure -> {
                    said = false; // again with the next review
                    return null;
                });
    }
}
