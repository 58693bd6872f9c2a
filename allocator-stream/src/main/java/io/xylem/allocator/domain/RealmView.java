package io.xylem.allocator.domain;

/** The state of one realm, for those who may only look: all that a decision depends on besides its event. */
public interface RealmView {
    String realm();

    AddressPlan plan();

    <V> ReadTable<V> table(Tables.Table<V> table);
}
