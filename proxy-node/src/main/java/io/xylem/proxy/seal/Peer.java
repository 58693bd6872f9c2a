package io.xylem.proxy.seal;

import org.jspecify.annotations.Nullable;

/**
 * Another worker's sessions with this one: one for each of its keys and of ours, some of which are on their way out. The
 * thread of keys sets them, that of packets uses them.
 */
final class Peer {
    final String worker;
    /** As in {@link io.xylem.proxy.domain.Addresses}. */
    final long high;

    final long low;
    private volatile Session[] sessions = {};
    /** With its newest key, and with that of ours which everybody must have heard of by now; then with our newest. */
    private volatile @Nullable Session settled;

    private volatile @Nullable Session newest;
    /** Of our youngest key that it was heard to use. */
    private int heard = -1;

    Peer(String worker, long high, long low) {
        this.worker = worker;
        this.high = high;
        this.low = low;
    }

    void use(Session[] all, Session settledOne, Session newestOne) {
        sessions = all;
        newest = newestOne;
        settled = settledOne;
    }

    /** @return the session to send by; null when there is none yet */
    @Nullable
    Session sending() {
        Session youngest = newest;
        return youngest != null && youngest.generation <= heard ? youngest : settled;
    }

    /** @return the session by which it sent; null if it is not known here */
    @Nullable
    Session receiving(int id) {
        for (Session session : sessions) {
            if (session.receivingId() == id) {
                return session;
            }
        }
        return null;
    }

    /** It sent an authentic packet. */
    void heard(Session by) {
        heard = Math.max(heard, by.generation);
    }
}
