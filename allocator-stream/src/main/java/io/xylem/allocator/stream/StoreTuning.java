package io.xylem.allocator.stream;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/**
 * RocksDB for a store that is asked for each event's id and nearly never has it: filters say so, in memory and in every
 * file. Kafka Streams leaves them out of the last level, for stores that mostly have what they are asked for.
 */
public final class StoreTuning implements RocksDBConfigSetter {
    /** Of a write buffer of 16 MiB: 10 bits a key, for entries of 200 bytes. */
    private static final double FILTER_SHARE = 0.01;

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        options.setOptimizeFiltersForHits(false);
        options.setMemtablePrefixBloomSizeRatio(FILTER_SHARE);
        options.setMemtableWholeKeyFiltering(true);
    }

    @Override
    public void close(String storeName, Options options) {
        // Nothing of its own.
    }
}
