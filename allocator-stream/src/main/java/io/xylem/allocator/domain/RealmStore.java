package io.xylem.allocator.domain;

/** The state of one realm, for {@link Applier}. */
public interface RealmStore extends RealmView {
    @Override
    <V> WriteTable<V> table(Tables.Table<V> table);

    /** What changes from here on can be undone. */
    void begin();

    /** Takes back all changes since {@link #begin}. */
    void undo();
}
