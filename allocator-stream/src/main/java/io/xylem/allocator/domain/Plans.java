package io.xylem.allocator.domain;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The address plan that belongs to what a realm has set, made once. One thread. */
public final class Plans {
    /** More than the realms of one task that have settings of their own. */
    private static final int KEPT = 1_000;

    private final AddressPlan defaults;
    private final Map<State.Configured, AddressPlan> made = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<State.Configured, AddressPlan> eldest) {
            return size() > KEPT;
        }
    };

    /** @param defaults of a realm that has set nothing */
    public Plans(AddressPlan defaults) {
        this.defaults = defaults;
    }

    public AddressPlan of(State.@Nullable Configured configured) {
        return configured == null
                ? defaults
                : made.computeIfAbsent(
                        configured,
                        found -> new AddressPlan(
                                SettingTexts.read(defaults.settings(), found.settings()), found.elapsed()));
    }
}
