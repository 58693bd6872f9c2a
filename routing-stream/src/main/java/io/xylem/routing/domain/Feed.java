package io.xylem.routing.domain;

/** Where a worker reads its routes. */
public enum Feed {
    /** What it asked for, and its own instances. */
    INTEREST,
    /** All routes of the realm. */
    BROADCAST
}
