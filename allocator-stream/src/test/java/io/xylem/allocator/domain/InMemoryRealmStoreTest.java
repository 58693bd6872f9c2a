package io.xylem.allocator.domain;

import java.util.HashMap;
import java.util.Map;

class InMemoryRealmStoreTest extends RealmStoreContract {
    private final Map<String, RealmStore> stores = new HashMap<>();

    @Override
    protected RealmStore store(String realm) {
        return stores.computeIfAbsent(realm, name -> new InMemoryRealmStore(name, plan()));
    }
}
