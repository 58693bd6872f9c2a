package io.xylem.routing.stream;

import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.jspecify.annotations.Nullable;

/** The partition of worker-routes that is the worker's; worked out once a worker. One thread. */
final class WorkerPartitioner implements StreamPartitioner<String, @Nullable Object> {
    /** More than a realm's workers; names that came and went are not kept for ever. */
    private static final int KEPT = 16_384;

    private final Map<String, Optional<Set<Integer>>> byReader = new HashMap<>();
    private int partitions;

    @Override
    public Optional<Set<Integer>> partitions(String topic, String key, @Nullable Object value, int count) {
        if (count != partitions || byReader.size() > KEPT) {
            byReader.clear();
            partitions = count;
        }
        return byReader.computeIfAbsent(Keys.readerOf(key), _ -> {
            Keys.Fed fed = Keys.parseFed(key);
            return Optional.of(Set.of(RealmPartitioner.partition(fed.realm(), fed.worker(), count)));
        });
    }
}
