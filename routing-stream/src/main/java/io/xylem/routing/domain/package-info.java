/**
 * Where every instance is now, for one realm at a time. Pure: what is allocated comes in, what the proxies must know
 * goes out; no Kafka, clock or IO.
 *
 * <pre>
 *  AllocationChange ─► AllocationDecider (reads RoutingView) ─┬─► RouteChange…
 *                                                             └─► AllocationApplier (writes RoutingState)
 *  InstanceReport   ─► ReportJudge (reads RoutingView) ───────► Verdict: Believed | Refused
 * </pre>
 */
@NullMarked
package io.xylem.routing.domain;

import org.jspecify.annotations.NullMarked;
