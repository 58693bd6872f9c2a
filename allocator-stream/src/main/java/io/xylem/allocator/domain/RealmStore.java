package io.xylem.allocator.domain;

/** The state of one realm, for {@link Applier}. */
public interface RealmStore extends RealmView {
    @Override
    <V> WriteTable<V> table(Tables.Table<V> table);
}
