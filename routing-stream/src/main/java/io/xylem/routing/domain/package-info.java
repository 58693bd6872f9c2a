/**
 * Where every instance is now, for one realm at a time. Pure: what is allocated comes in, what the proxies must know
 * goes out; no Kafka, clock or IO.
 *
 * <pre>
 *  AllocationChange ─┐                ┌─► AllocationDecider (reads RoutingView), AllocationApplier (writes RoutingState)
 *  declaration      ─┼─► RealmFeeds ──┼─► Interests, Spread ──► Output: routes to all, to one worker
 *  heartbeat, tick  ─┘                └─► Roster, Liveness, Convergence ──► Output: observations, converged
 *  InstanceReport   ───► ReportJudge (reads RoutingView) ──► Verdict: Believed | Refused
 * </pre>
 */
@NullMarked
package io.xylem.routing.domain;

import org.jspecify.annotations.NullMarked;
