package io.xylem.allocator.domain;

/** An ordered table, for looking and changing. */
public interface WriteTable<V> extends ReadTable<V> {
    void put(String key, V value);

    /** Harmless if it is not there. */
    void remove(String key);
}
