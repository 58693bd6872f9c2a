package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

/** A second state of a realm, made of its facts only. */
final class Replica {
    private final Realm realm;
    private final InMemoryRealmStore store;

    /**
     * @param realm in memory; what it has heard so far is still in its facts
     * @param defaults with which it began
     */
    Replica(Realm realm, RealmSettings defaults) {
        this.realm = realm;
        store = new InMemoryRealmStore("main", new AddressPlan(defaults));
    }

    /** The two are equal. Facts heard so far are forgotten. */
    void check() {
        realm.facts.forEach(fact -> Applier.apply(store, fact));
        realm.facts.clear();
        // Not by AssertJ, which would print both.
        assertThat(store.contents().equals(((InMemoryRealmStore) realm.store).contents()))
                .as("facts into an empty state give the state")
                .isTrue();
    }
}
