package io.xylem.routing.stream;

import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.jspecify.annotations.Nullable;

/** The store's entries, to read: from within the topology, or by interactive query from outside. */
public interface Entries {
    byte @Nullable [] get(String key);

    /** All from {@code first} to {@code last}, both included, in the order of the keys. */
    List<KeyValue<String, byte[]>> range(String first, String last);
}
