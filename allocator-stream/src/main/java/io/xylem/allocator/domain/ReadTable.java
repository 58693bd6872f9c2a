package io.xylem.allocator.domain;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An ordered table, for looking. */
public interface ReadTable<V> {
    @Nullable
    V get(String key);

    /** The first entries, at most {@code limit}, whose keys start with {@code prefix}, ascending. */
    default List<Map.Entry<String, V>> list(String prefix, int limit) {
        return list(prefix, prefix, limit);
    }

    /** As {@link #list(String, int)}, without the keys below {@code from}, which starts with {@code prefix}. */
    List<Map.Entry<String, V>> list(String prefix, String from, int limit);

    /** The last entry whose key starts with {@code prefix} and is below {@code key}. */
    Map.@Nullable Entry<String, V> below(String prefix, String key);

    /** The first entry whose key starts with {@code prefix}. */
    default Map.@Nullable Entry<String, V> first(String prefix) {
        List<Map.Entry<String, V>> entries = list(prefix, 1);
        return entries.isEmpty() ? null : entries.getFirst();
    }
}
