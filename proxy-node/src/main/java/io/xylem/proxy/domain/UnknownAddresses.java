package io.xylem.proxy.domain;

import io.xylem.model.Ipv6;
import org.jspecify.annotations.Nullable;

/** Where the packets' thread asks what an address means that its table does not know. It never waits here. */
public interface UnknownAddresses {
    /** Of a table that has all routes there are. */
    UnknownAddresses NOBODY_TO_ASK = new UnknownAddresses() {
        @Override
        public boolean mayBeKnown(long high, long low) {
            return false;
        }

        @Override
        public boolean ask(Ipv6 address) {
            return false;
        }

        @Override
        public @Nullable Ipv6 takeUnknown() {
            return null;
        }
    };

    /** Whether there is anybody to ask of an address like this. */
    boolean mayBeKnown(long high, long low);

    /** @return false when too many questions wait already */
    boolean ask(Ipv6 address);

    /** An address that was asked for and means nothing now, or null. Each answer is given once. */
    @Nullable
    Ipv6 takeUnknown();
}
