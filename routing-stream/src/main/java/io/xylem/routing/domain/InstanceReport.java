package io.xylem.routing.domain;

import io.xylem.model.InstanceName;

/**
 * A worker's word on one instance.
 *
 * @param reason why it is not ready; may be empty
 * @param version of the route under which the worker hosts the instance
 * @param position of the report in the log of reports: the same report read again has the same
 */
public record InstanceReport(
        String worker, InstanceName instance, boolean ready, String reason, long version, long position) {}
