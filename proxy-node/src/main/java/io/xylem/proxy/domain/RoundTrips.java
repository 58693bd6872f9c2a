package io.xylem.proxy.domain;

import io.xylem.balancing.BalancingPolicy.Need;
import io.xylem.balancing.MeasuredState;
import io.xylem.balancing.Policies;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks other workers how far they are: those that host candidates of a known service whose policy wants to know, each
 * once a second at most. An answer counts if it has the nonce of the last question and comes from where that went. One
 * thread; the time, and what nobody can guess, come in.
 */
public final class RoundTrips {
    /** As many workers as a realm has in IPv4. */
    static final int MAX_PEERS = 1_024;

    static final long INTERVAL_NS = 1_000_000_000L;
    /** So many questions without an answer, and the worker counts as silent. */
    static final int UNANSWERED = 3;

    /** A worker that is measured. Addresses as in {@link Addresses}. */
    public static final class Peer {
        private final String worker;
        private final int number;
        private final long high;
        private final long low;
        private final int port;
        private long nonce;
        private long askedNs;
        private boolean isAsked;
        private boolean isWaiting;
        private int unanswered;
        private boolean isForgotten;

        private Peer(Target at, int number) {
            worker = at.route().worker();
            this.number = number;
            high = at.peerHigh();
            low = at.peerLow();
            port = at.peerPort();
        }

        private boolean isAt(long otherHigh, long otherLow, int otherPort) {
            return low == otherLow && high == otherHigh && port == otherPort;
        }

        public long high() {
            return high;
        }

        public long low() {
            return low;
        }

        public int port() {
            return port;
        }
    }

    private final Policies policies;
    private final MeasuredState measured;
    private final Map<String, Boolean> isMeasured = new HashMap<>();
    private final Map<String, Peer> byWorker = new HashMap<>();
    private final @Nullable Peer[] byNumber = new Peer[MAX_PEERS];
    /** The one asked longest ago is first. */
    private final Deque<Peer> order = new ArrayDeque<>();

    private @Nullable RouteTable planned;
    private long plannedNs;

    public RoundTrips(Policies policies, MeasuredState measured) {
        this.policies = policies;
        this.measured = measured;
    }

    /** Who is to be measured by this table; worked out once a second at most. */
    @SuppressWarnings("ReferenceEquality") // the very table
    public void plan(RouteTable routes, long nowNs) {
        if (routes == planned || (planned != null && nowNs - plannedNs < INTERVAL_NS)) {
            return;
        }
        planned = routes;
        plannedNs = nowNs;
        Map<String, Target> wanted = new HashMap<>();
        routes.forEachService(service -> {
            if (isMeasured.computeIfAbsent(service.ipType(), ipType -> policies.need(Need.ROUND_TRIPS, ipType))) {
                service.targets().stream()
                        .filter(target -> !target.local())
                        .forEach(target -> wanted.put(target.route().worker(), target));
            }
        });
        byWorker.values().removeIf(peer -> {
            Target target = wanted.get(peer.worker);
            boolean stays = target != null && peer.isAt(target.peerHigh(), target.peerLow(), target.peerPort());
            if (!stays) {
                peer.isForgotten = true;
                byNumber[peer.number] = null;
                measured.forget(peer.worker);
            }
            return !stays;
        });
        wanted.forEach((worker, target) -> {
            if (!byWorker.containsKey(worker)) {
                add(worker, target);
            }
        });
    }

    private void add(String worker, Target target) {
        for (int number = 0; number < MAX_PEERS; number++) {
            if (byNumber[number] == null) {
                Peer peer = new Peer(target, number);
                byNumber[number] = peer;
                byWorker.put(worker, peer);
                order.addFirst(peer);
                return;
            }
        }
    }

    /** @return a worker that is to be asked now, by {@link #ask}; null when none is */
    public @Nullable Peer due(long nowNs) {
        while (true) {
            Peer first = order.peek();
            if (first != null && first.isForgotten) {
                order.remove();
                continue;
            }
            return first == null || (first.isAsked && nowNs - first.askedNs < INTERVAL_NS) ? null : first;
        }
    }

    /**
     * A question to the worker that was just {@link #due}.
     *
     * @param random what nobody can guess
     * @return the nonce to be sent
     */
    public long ask(Peer peer, long random, long nowNs) {
        order.remove();
        order.add(peer);
        if (peer.isWaiting && ++peer.unanswered >= UNANSWERED) {
            measured.silent(peer.worker);
        }
        peer.isAsked = true;
        peer.isWaiting = true;
        peer.askedNs = nowNs;
        peer.nonce = random / MAX_PEERS * MAX_PEERS + peer.number; // so that the answer tells whose it is
        return peer.nonce;
    }

    /** An answer came. @return whether it was asked for */
    public boolean answered(long high, long low, int port, long nonce, long nowNs) {
        Peer peer = byNumber[(int) Math.floorMod(nonce, (long) MAX_PEERS)];
        if (peer == null || !peer.isWaiting || peer.nonce != nonce || !peer.isAt(high, low, port)) {
            return false;
        }
        peer.isWaiting = false;
        peer.unanswered = 0;
        measured.answered(peer.worker, Math.max(1, nowNs - peer.askedNs));
        return true;
    }
}
