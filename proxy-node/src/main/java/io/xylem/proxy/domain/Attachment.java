package io.xylem.proxy.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceName;

/** An instance whose interface is on this worker. */
public record Attachment(InstanceName instance, DualAddress instanceIp, DualAddress namespaceIp) implements Verdict {
    /** Whether its addresses of the two kinds are the given ones, in the family of {@code namespace…}. */
    boolean holds(long namespaceHigh, long namespaceLow, long instanceHigh, long instanceLow) {
        return Addresses.same(namespaceIp, namespaceHigh, namespaceLow)
                && Addresses.same(instanceIp, instanceHigh, instanceLow);
    }
}
