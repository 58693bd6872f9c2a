package io.xylem.proxy.seal;

import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.seal.OwnKey.PublicBytes;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys of this worker and what is known of those of others. One thread, but for {@link SealedTunnel}, which reads.
 *
 * <pre>
 *  made, published ── settleNs ──► used to send to everybody ── rotateNs ──► a successor is made ── 2 × settleNs ──► gone
 *        └── another worker is heard to use it: used to send to that one at once
 * </pre>
 *
 * Both keys are accepted in the overlap, so no packet is lost in a rotation. A new process has new keys, so what was
 * recorded before it began is of no use against it.
 */
public final class Keyring {
    /**
     * How long keys live.
     *
     * @param rotateNs after which a successor is made
     * @param settleNs after which everybody has heard of a key that was published
     * @param maxPackets after how many packets to one worker, by one key, it is made sooner
     */
    public record Times(long rotateNs, long settleNs, long maxPackets) {
        public static Times defaults(long rotateNs) {
            return new Times(rotateNs, Math.min(30_000_000_000L, rotateNs / 4), Session.MAX_PACKETS / 2);
        }
    }

    private record Known(Peer peer, List<PublicBytes> keys) {
        boolean isAt(Ipv6 address) {
            return peer.high == address.high() && peer.low == address.low();
        }
    }

    private final Aead aead;
    private final Times times;
    /** The newest first; two at most. */
    private final List<OwnKey> own = new ArrayList<>();

    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private int generation;
    private boolean hasSettled;
    private volatile Peers peers = Peers.NONE;

    public Keyring(Aead aead, Times times, long nowNs) {
        this.aead = aead;
        this.times = times;
        own.add(new OwnKey(generation++, nowNs));
    }

    /** Who encrypts, for people. */
    public String name() {
        return aead.name();
    }

    Peers peers() {
        return peers;
    }

    /** What others are to be told: the public keys that are accepted, the newest first. */
    public List<byte[]> published() {
        return own.stream().map(key -> key.publicKey.bytes()).toList();
    }

    /**
     * Another worker says its keys.
     *
     * @param address its outer one
     * @param keys the newest first
     * @throws IllegalArgumentException when they are none, or the address is none; nothing is changed then
     */
    public void heard(String worker, String address, List<byte[]> keys) {
        Ipv6 outer = Addresses.parse(address);
        List<PublicBytes> parsed = keys.stream().map(PublicBytes::of).toList();
        if (parsed.isEmpty() || parsed.size() > 4) {
            throw new IllegalArgumentException("a worker has one to four keys, not " + parsed.size());
        }
        Known before = known.get(worker);
        Peer peer = before != null && before.isAt(outer) ? before.peer : new Peer(worker, outer.high(), outer.low());
        if (before != null && before.peer == peer && before.keys.equals(parsed)) {
            return;
        }
        derive(peer, parsed);
        // An address that another worker had is this one's now.
        known.values().removeIf(other -> other.isAt(outer));
        known.put(worker, new Known(peer, parsed));
        peers = new Peers(known.values().stream().map(Known::peer).toList());
    }

    /** Whether it has said its keys. Any thread. */
    public boolean knows(String worker) {
        return known.containsKey(worker);
    }

    /** Makes and forgets keys when it is time. @return whether there are others to publish */
    public boolean turn(long nowNs) {
        boolean hasNew = false;
        OwnKey newest = own.getFirst();
        if (own.size() == 1 && (nowNs - newest.madeNs >= times.rotateNs || isWorn(newest))) {
            own.addFirst(new OwnKey(generation++, nowNs));
            hasSettled = false;
            hasNew = true;
        } else if (own.size() > 1 && nowNs - newest.madeNs >= 2 * times.settleNs) {
            own.removeLast();
            hasNew = true;
        } else if (own.size() > 1 && !hasSettled && nowNs - newest.madeNs >= times.settleNs) {
            hasSettled = true;
        } else {
            return false;
        }
        known.values().forEach(one -> derive(one.peer, one.keys));
        return hasNew;
    }

    private boolean isWorn(OwnKey key) {
        return key.mostSent() >= times.maxPackets;
    }

    private void derive(Peer peer, List<PublicBytes> keys) {
        OwnKey settled = own.size() == 1 || hasSettled ? own.getFirst() : own.getLast();
        try {
            List<Session> all = new ArrayList<>();
            for (OwnKey mine : own) {
                for (PublicBytes theirs : keys) {
                    all.add(mine.session(aead, theirs));
                }
            }
            peer.use(
                    all.toArray(Session[]::new),
                    settled.session(aead, keys.getFirst()),
                    own.getFirst().session(aead, keys.getFirst()));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "worker " + peer.worker + " published what is no key: " + e.getMessage(), e);
        }
    }
}
