package io.xylem.allocator.domain;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The address plan that belongs to what a realm has set, made once. One thread. */
public final class Plans {
    private final AddressPlan defaults;
    private final Map<State.Configured, AddressPlan> made = new HashMap<>();

    /** @param defaults of a realm that has set nothing */
    public Plans(AddressPlan defaults) {
        this.defaults = defaults;
    }

    public AddressPlan of(State.@Nullable Configured configured) {
        return configured == null
                ? defaults
                : made.computeIfAbsent(
                        configured, found -> new AddressPlan(SettingTexts.read(defaults.settings(), found.settings())));
    }
}
