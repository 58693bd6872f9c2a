/**
 * The three pure cores in one deterministic world, with logs in between that lose nothing and a network that delivers
 * late, twice, and in any order.
 *
 * <pre>
 *  Workload ─► events ─► AllocatorNode ─► allocations ─► RoutingNode ─► routes ─► ProxyNode (one a worker)
 *                ▲                                           │ ▲                      │
 *                └──────────── observations ─────────────────┘ └────── reports ◄──────┘
 * </pre>
 */
@NullMarked
package io.xylem.simulation;

import org.jspecify.annotations.NullMarked;
