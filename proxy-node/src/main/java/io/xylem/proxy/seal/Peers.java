package io.xylem.proxy.seal;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All workers whose keys are known, by their outer address. Immutable; a look allocates nothing. */
final class Peers {
    static final Peers NONE = new Peers(List.of());

    /** By a hash of the address, a half of it empty. */
    private final @Nullable Peer[] table;

    Peers(Collection<Peer> peers) {
        table = new Peer[Integer.highestOneBit(Math.max(1, peers.size())) * 4];
        for (Peer peer : peers) {
            int slot = slot(peer.high, peer.low);
            while (table[slot] != null) {
                slot = slot + 1 & table.length - 1;
            }
            table[slot] = peer;
        }
    }

    @Nullable
    Peer find(long high, long low) {
        int slot = slot(high, low);
        for (Peer peer = table[slot]; peer != null; peer = table[slot]) {
            if (peer.low == low && peer.high == high) {
                return peer;
            }
            slot = slot + 1 & table.length - 1;
        }
        return null;
    }

    private int slot(long high, long low) {
        long mixed = (high * 31 + low) * 0x9e3779b97f4a7c15L;
        return (int) (mixed >>> 40) & table.length - 1;
    }
}
