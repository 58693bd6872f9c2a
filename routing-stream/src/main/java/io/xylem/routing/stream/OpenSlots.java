package io.xylem.routing.stream;

import io.xylem.routing.domain.OpenChange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The open changes of one realm that can be had again by reading their records again, in a store of their own which is
 * cached and written when Streams commits. Most changes are open for a moment; those that come after one another take the
 * same few slots, so that a commit writes as many of them as there were at a time, not as there were at all.
 *
 * <pre>
 *  realm|slot, 10 digits    8 bytes: the version, then an OpenChange as FeedFormat has it
 * </pre>
 *
 * <p>A crash may leave any of the writes since the last commit. A change that is missing is read again; one that is there
 * in vain, or an earlier one in its slot, waits for reports that come with the next heartbeats.
 */
final class OpenSlots {
    private static final int DIGITS = 10;

    private final String prefix;
    private final KeyValueStore<String, byte[]> store;
    private final Map<Long, Integer> slots = new HashMap<>();
    private final BitSet taken = new BitSet();

    OpenSlots(String realm, KeyValueStore<String, byte[]> store) {
        prefix = realm + "|";
        this.store = store;
    }

    /** All of them; once, before anything else. */
    List<OpenChange> read() {
        List<OpenChange> changes = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> entries = store.range(prefix, StoredView.afterPrefix(prefix))) {
            while (entries.hasNext()) {
                KeyValue<String, byte[]> entry = entries.next();
                ByteBuffer value = ByteBuffer.wrap(entry.value);
                long version = value.getLong();
                byte[] change = new byte[value.remaining()];
                value.get(change);
                int slot = Integer.parseInt(entry.key.substring(prefix.length()));
                if (slots.putIfAbsent(version, slot) == null) {
                    taken.set(slot);
                    changes.add(FeedFormat.openChange(version, change));
                } else {
                    twice.add(entry.key);
                }
            }
        }
        twice.forEach(store::delete);
        return changes;
    }

    void keep(OpenChange change) {
        int slot = slots.computeIfAbsent(change.version(), _ -> taken.nextClearBit(0));
        taken.set(slot);
        byte[] bytes = FeedFormat.bytes(change);
        store.put(
                key(slot),
                ByteBuffer.allocate(Long.BYTES + bytes.length)
                        .putLong(change.version())
                        .put(bytes)
                        .array());
    }

    /** @return whether it was there */
    boolean drop(long version) {
        Integer slot = slots.remove(version);
        if (slot == null) {
            return false;
        }
        taken.clear(slot);
        store.delete(key(slot));
        return true;
    }

    private String key(int slot) {
        String digits = Integer.toString(slot);
        return prefix + "0".repeat(DIGITS - digits.length()) + digits;
    }
}
