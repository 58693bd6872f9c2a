package io.xylem.routing.domain;

/** What is allocated, and the version that made it so. */
public record Versioned<T extends Allocated>(long version, T value) {}
