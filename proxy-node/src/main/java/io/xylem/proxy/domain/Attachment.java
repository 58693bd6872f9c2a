package io.xylem.proxy.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceName;

/** An instance whose interface is on this worker. */
public record Attachment(InstanceName instance, DualAddress instanceIp, DualAddress namespaceIp)
        implements Verdict.Inbound {}
