package io.xylem.routing.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.xylem.model.InstanceName;
import io.xylem.routing.domain.Entity;
import io.xylem.routing.domain.Feed;
import io.xylem.routing.domain.FeedStore;
import io.xylem.routing.domain.OpenChange;
import io.xylem.routing.domain.Wanted;
import io.xylem.schemas.Keys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Of whom a realm is told, in the same store as what is told; its keys are drawn at {@link StoredView}. */
final class StoredFeeds implements FeedStore {
    private final String wants;
    private final String heard;
    private final String open;
    private final String load;
    private final String ended;
    private final String realm;
    private final KeyValueStore<String, byte[]> store;
    private final OpenSlots slots;

    /** @param repeatable of {@link OpenSlots} */
    StoredFeeds(String realm, KeyValueStore<String, byte[]> store, KeyValueStore<String, byte[]> repeatable) {
        this.store = store;
        this.realm = realm;
        slots = new OpenSlots(realm, repeatable);
        wants = realm + "|wants|";
        heard = realm + "|heard|";
        open = realm + "|open|";
        load = realm + "|load|";
        ended = realm + "|ended|";
    }

    @Override
    public Map<String, Wanted> wanted() {
        Map<String, Wanted> wanted = new HashMap<>();
        each(wants, (worker, bytes) -> wanted.put(worker, FeedFormat.wanted(bytes)));
        return wanted;
    }

    @Override
    public void keepWanted(String worker, Wanted wanted) {
        store.put(wants + worker, FeedFormat.bytes(wanted));
    }

    @Override
    public void dropWanted(String worker) {
        store.delete(wants + worker);
    }

    @Override
    public Map<String, Feed> heard() {
        Map<String, Feed> feeds = new HashMap<>();
        each(heard, (worker, bytes) -> feeds.put(worker, Feed.valueOf(new String(bytes, UTF_8))));
        return feeds;
    }

    @Override
    public void keepHeard(String worker, Feed feed) {
        store.put(heard + worker, feed.name().getBytes(UTF_8));
    }

    @Override
    public void dropHeard(String worker) {
        store.delete(heard + worker);
    }

    /** Those with more to say last: they hold. */
    @Override
    public List<OpenChange> open() {
        List<OpenChange> changes = slots.read();
        each(open, (version, bytes) -> changes.add(FeedFormat.openChange(Long.parseLong(version), bytes)));
        return changes;
    }

    @Override
    public void keepOpen(OpenChange change) {
        if (change.isRepeatable()) {
            slots.keep(change);
        } else {
            boolean _ = slots.drop(change.version());
            store.put(openKey(change.version()), FeedFormat.bytes(change));
        }
    }

    @Override
    public void dropOpen(OpenChange change) {
        boolean inSlot = slots.drop(change.version());
        if (!inSlot || !change.isRepeatable()) {
            store.delete(openKey(change.version()));
        }
    }

    /** With zeros, so that they lie in their order. */
    private String openKey(long version) {
        return open + String.format("%019d", version);
    }

    @Override
    public List<Ended> ended() {
        List<Ended> known = new ArrayList<>();
        each(
                ended,
                (entity, bytes) ->
                        known.add(FeedFormat.ended(AllocationRecords.entity(Keys.parse(realm + "|" + entity)), bytes)));
        return known;
    }

    @Override
    public void keepEnded(Ended kept) {
        store.put(endedKey(kept.entity()), FeedFormat.bytes(kept));
    }

    @Override
    public void dropEnded(Entity entity) {
        store.delete(endedKey(entity));
    }

    private String endedKey(Entity entity) {
        return ended + AllocationRecords.key(realm, entity).substring(realm.length() + 1);
    }

    @Override
    public Optional<Load> load(InstanceName instance) {
        byte[] bytes = store.get(loadKey(instance));
        return bytes == null ? Optional.empty() : Optional.of(FeedFormat.load(bytes));
    }

    @Override
    public void keepLoad(InstanceName instance, Load kept) {
        store.put(loadKey(instance), FeedFormat.bytes(kept));
    }

    @Override
    public void dropLoad(InstanceName instance) {
        store.delete(loadKey(instance));
    }

    private String loadKey(InstanceName instance) {
        return load + instance.service() + "|" + instance.number();
    }

    private void each(String prefix, BiConsumer<String, byte[]> take) {
        try (KeyValueIterator<String, byte[]> entries = store.range(prefix, StoredView.afterPrefix(prefix))) {
            while (entries.hasNext()) {
                KeyValue<String, byte[]> entry = entries.next();
                take.accept(entry.key.substring(prefix.length()), entry.value);
            }
        }
    }
}
