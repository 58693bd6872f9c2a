package io.xylem.proxy.domain;

import static java.util.Objects.requireNonNull;

import io.xylem.balancing.BalancingPolicy.Ahead;
import io.xylem.balancing.Site;
import io.xylem.model.DualAddress;
import io.xylem.proxy.domain.Counters.Count;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Opens a {@link Doors door} behind the first flow of a sender to an address, so that its next ones need no packet here;
 * shuts it when something behind it changes; and enters in the table the flows that came through. One thread.
 *
 * <pre>
 *  first flow ──► chosen here ──► door ──► choices made ahead ──► the fast path opens flows ──► entered here
 * </pre>
 */
final class DoorKeeper {
    /** The way back for who dials very many addresses: all begin anew. */
    private static final int MOST_DOORS = 8_192;

    private static final long ROUND_NS = 1_000_000_000L;

    /** Beyond the turn in which what a program did before the doors were shut comes here. */
    private static final long SETTLING_NS = 200_000_000L;

    /** @param low of the address that is dialled, or comes in */
    private record Key(DualAddress own, long high, long low, boolean accepts) {}

    /**
     * @param service null: by instance IP
     * @param ahead null: always to the target
     */
    private record Open(
            Doors.Door door,
            Attachment own,
            @Nullable ServiceAddress service,
            @Nullable AheadChoices ahead,
            Target target) {}

    private final FlowTable flows;
    private final Choosers choosers;
    private final Counters counters;
    private final Function<Attachment, Site> site;
    private final Map<Key, Open> open = new HashMap<>();
    private FastPath path = FastPath.NONE;
    private Doors doors = Doors.NONE;
    private boolean hasDoors;
    private RouteTable routes = RouteTable.empty("");
    private Attachments attachments = Attachments.NONE;
    private long lookedNs;
    private boolean isStale;

    /** Interfaces changed under open doors: what came through these may go to one that is gone. */
    private boolean areMoved;

    private boolean isSettling;
    private long settlesNs;

    DoorKeeper(FlowTable flows, Choosers choosers, Function<Attachment, Site> site, Counters counters) {
        this.flows = flows;
        this.choosers = choosers;
        this.site = site;
        this.counters = counters;
    }

    void use(FastPath fastPath) {
        path = fastPath;
        doors = path.doors();
        hasDoors = !(doors instanceof NoDoors);
    }

    /** From now on these tables hold; before the next packet, {@link #work} looks at what that changes. */
    void use(RouteTable currentRoutes, Attachments currentAttachments) {
        areMoved |= !currentAttachments.equals(attachments) && !open.isEmpty();
        routes = currentRoutes;
        attachments = currentAttachments;
        isStale = true;
    }

    /** A flow of this sender was opened here. */
    void opened(Attachment own, long dialledHigh, long dialledLow, Target remote, long nowNs) {
        Key key = new Key(own.namespaceIp(), dialledHigh, dialledLow, false);
        if (!hasDoors || isOpen(key)) {
            return;
        }
        ServiceAddress service = routes.service(dialledHigh, dialledLow);
        if (service == null) {
            add(key, own, null, null, remote, doors.open(own, dialledHigh, dialledLow, remote), nowNs);
            return;
        }
        switch (choosers.ahead(service)) {
            case Ahead.NO -> {}
            case Ahead.SAME_FOR_A_CLIENT ->
                add(key, own, service, null, remote, doors.open(own, dialledHigh, dialledLow, remote), nowNs);
            case Ahead.FOR_ANYBODY -> {
                AheadChoices ahead = choosers.ahead(service, doors, own.instance(), site.apply(own));
                if (ahead == null) {
                    shutAll(nowNs); // there is no other desk
                } else {
                    ahead.refill(nowNs);
                    Doors.Door door = doors.open(own, dialledHigh, dialledLow, ahead.desk());
                    add(key, own, service, ahead, remote, door, nowNs);
                }
            }
        }
    }

    /** A flow from this instance of another worker was accepted here. */
    void accepted(Attachment own, long sourceHigh, long sourceLow, Target remote, long nowNs) {
        Key key = new Key(own.namespaceIp(), sourceHigh, sourceLow, true);
        if (hasDoors && !remote.local() && !isOpen(key)) {
            add(key, own, null, null, remote, doors.accept(own, sourceHigh, sourceLow, remote), nowNs);
        }
    }

    private boolean isOpen(Key key) {
        Open found = open.get(key);
        if (found != null && found.ahead != null && found.ahead.isOver()) {
            doors.shut(found.door);
            open.remove(key);
            return false;
        }
        return found != null;
    }

    private void add(
            Key key,
            Attachment own,
            @Nullable ServiceAddress service,
            @Nullable AheadChoices ahead,
            Target target,
            Doors.@Nullable Door door,
            long nowNs) {
        if (door == null) {
            return;
        }
        open.put(key, new Open(door, own, service, ahead, target));
        give(nowNs);
        if (open.size() >= MOST_DOORS) {
            shutAll(nowNs);
        }
    }

    private void give(long nowNs) {
        for (int wanted = doors.slotsWanted(); wanted > 0; wanted--) {
            doors.give(flows.reserve(nowNs));
        }
    }

    /**
     * Enters the flows that came through the doors. Once a turn, and before a packet is taken for the first of its flow.
     *
     * @return whether there were any
     */
    boolean work(int epoch, long nowNs) {
        if (areMoved) {
            areMoved = false;
            isSettling = true;
            settlesNs = nowNs + SETTLING_NS;
        }
        isSettling &= nowNs - settlesNs < 0;
        boolean any = false;
        for (Doors.Opened opened = doors.next(); opened != null; opened = doors.next()) {
            Doors.Opened partner = opened.hasPartner() ? requireNonNull(doors.next()) : null;
            enter(opened, partner, epoch, nowNs);
            any = true;
        }
        if (any) {
            choosers.forEachAhead(ahead -> ahead.refill(nowNs));
            give(nowNs);
        }
        boolean isRound = nowNs - lookedNs >= ROUND_NS && !open.isEmpty();
        if (isStale || isRound) {
            isStale = false;
            review(nowNs);
        }
        if (isRound) {
            lookedNs = nowNs;
            choosers.forEachAhead(ahead -> ahead.renew(nowNs));
            if (!doors.areCurrent()) {
                shutAll(nowNs);
            }
        }
        return any;
    }

    private void enter(Doors.Opened opened, Doors.@Nullable Opened partner, int epoch, long nowNs) {
        boolean isIn = enter(opened, epoch, nowNs);
        boolean isPartnerIn = partner != null && enter(partner, epoch, nowNs);
        if (isIn && partner == null) {
            doors.keep(flows.described(opened.slot()));
        } else if (isIn && partner != null && isPartnerIn) {
            doors.keep(flows.described(opened.slot()), flows.described(partner.slot()));
        } else if (isIn) {
            doors.undo(opened);
        } else if (partner != null && isPartnerIn) {
            doors.undo(partner);
        }
        if (isIn && (isSettling || !isAsItWas(opened))) {
            path.release(opened.slot()); // it came through the door just before that was shut
        }
    }

    private boolean enter(Doors.Opened opened, int epoch, long nowNs) {
        FastPath.Left left = opened.flow();
        if (left == null) {
            flows.giveBack(opened.slot());
            return false;
        }
        Attachment own = attachments.find(left.ownHigh(), left.ownLow());
        Target now = routes.instance(left.remoteInstanceHigh(), left.remoteInstanceLow());
        Target remote = opened.remote() == null ? now : opened.remote();
        if (own == null
                || now == null
                || remote == null
                || !flows.adopt(opened.slot(), left, own, remote, epoch, nowNs)) {
            flows.giveBack(opened.slot());
            doors.undo(opened);
            return false;
        }
        remote.usage().note(nowNs);
        counters.add(left.openedHere() ? Count.FLOWS_OPENED : Count.FLOWS_ACCEPTED, 1);
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // the same object as long as its route is the same
    private boolean isAsItWas(Doors.Opened opened) {
        FastPath.Left left = requireNonNull(opened.flow());
        return opened.remote() == null
                || opened.remote() == routes.instance(left.remoteInstanceHigh(), left.remoteInstanceLow());
    }

    private void review(long nowNs) {
        choosers.forEachAhead(ahead -> {
            ServiceAddress was = ahead.address();
            ServiceAddress now = routes.service(0, Addresses.low(was.address(), true));
            if (now == null
                    || !now.service().equals(was.service())
                    || !now.ipType().equals(was.ipType())) {
                ahead.end(nowNs);
            } else {
                ahead.use(now, nowNs);
            }
        });
        for (Iterator<Map.Entry<Key, Open>> all = open.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Key, Open> entry = all.next();
            if (!isCurrent(entry.getKey(), entry.getValue())) {
                doors.shut(entry.getValue().door);
                all.remove();
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same objects as long as nothing about them changes
    private boolean isCurrent(Key key, Open is) {
        Attachment own = attachments.find(0, Addresses.low(key.own, true));
        if (own == null || !is.own.equals(own) || !doors.isCurrent(is.door, own)) {
            return false;
        }
        if (is.ahead != null) {
            ServiceAddress now = routes.service(key.high, key.low);
            return !is.ahead.isOver()
                    && now != null
                    && now.service().equals(is.ahead.address().service())
                    && now.ipType().equals(is.ahead.address().ipType());
        }
        if (is.service != null) {
            ServiceAddress now = routes.service(key.high, key.low);
            return now != null && now.hasCandidatesOf(is.service);
        }
        return routes.service(key.high, key.low) == null
                && routes.instance(key.high, key.low) == is.target
                && (key.accepts || is.target.reachable());
    }

    private void shutAll(long nowNs) {
        choosers.forEachAhead(ahead -> ahead.end(nowNs));
        doors.shutAll();
        open.clear();
    }
}
