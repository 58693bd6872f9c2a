package io.xylem.proxy.domain;

import static java.util.Objects.requireNonNull;

import io.xylem.balancing.BalancingPolicy;
import io.xylem.balancing.Choice;
import io.xylem.balancing.InstanceChooser;
import io.xylem.balancing.Measurements;
import io.xylem.model.Ipv6Prefix;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code first}: chooses the first candidate, wants to know round trips, and keeps what it was told last. */
public final class TestPolicy implements BalancingPolicy {
    public static final String NAME = "first";

    private volatile @Nullable Choice last;

    @Override
    public String ipType() {
        return NAME;
    }

    @Override
    public String descriptorField() {
        return "first_ip";
    }

    @Override
    public Ipv6Prefix v6Prefix() {
        return Ipv6Prefix.parse("fdff:f000::/21");
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.ROUND_TRIPS);
    }

    @Override
    public InstanceChooser newChooser() {
        return choice -> {
            last = choice;
            return 0;
        };
    }

    /** What it may look up, as of its last choice. */
    public Measurements measurements() {
        return requireNonNull(last, "nothing was chosen yet").measurements();
    }
}
