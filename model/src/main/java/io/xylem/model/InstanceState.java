package io.xylem.model;

/**
 * Where an instance stands between being scheduled and being gone.
 *
 * <pre>
 *  SCHEDULED ──ready──► READY ◄──ready/unready──► UNREADY
 *      └──────────────────┴────── draining ──────────┴──► DRAINING
 * </pre>
 */
public enum InstanceState {
    /** It has addresses and a worker, and has not said that it can serve. */
    SCHEDULED,
    /** It takes new flows. */
    READY,
    /** It serves no new flow until it is ready again. */
    UNREADY,
    /** It finishes its flows and takes no new ones. */
    DRAINING
}
