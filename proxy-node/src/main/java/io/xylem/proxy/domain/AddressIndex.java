package io.xylem.proxy.domain;

import io.xylem.model.DualAddress;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Values by both of their addresses. Immutable; a change shares what it does not touch. */
record AddressIndex<V>(AddressTrie<V> v4, AddressTrie<V> v6) {
    static <V> AddressIndex<V> empty(Function<V, DualAddress> address) {
        return new AddressIndex<>(AddressTrie.empty(keyV4(address)), AddressTrie.empty(keyV6(address)));
    }

    static <V> AddressTrie.Key<V> keyV4(Function<V, DualAddress> address) {
        return new AddressTrie.Key<>() {
            @Override
            public long high(V value) {
                return 0;
            }

            @Override
            public long low(V value) {
                return Addresses.mapped(address.apply(value).v4().bits());
            }
        };
    }

    static <V> AddressTrie.Key<V> keyV6(Function<V, DualAddress> address) {
        return new AddressTrie.Key<>() {
            @Override
            public long high(V value) {
                return address.apply(value).v6().high();
            }

            @Override
            public long low(V value) {
                return address.apply(value).v6().low();
            }
        };
    }

    @Nullable
    V get(long high, long low) {
        return (Addresses.isV4(high, low) ? v4 : v6).get(high, low);
    }

    AddressIndex<V> with(V value) {
        return new AddressIndex<>(v4.with(value), v6.with(value));
    }

    void forEach(Consumer<? super V> action) {
        v4.forEach(action);
    }
}
