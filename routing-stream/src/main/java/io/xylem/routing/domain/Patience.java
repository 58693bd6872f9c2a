package io.xylem.routing.domain;

/**
 * How long silence is borne, in the log's time.
 *
 * @param timeoutMs silence that is longer makes a worker a lost one
 * @param graceMs so much longer is waited for workers that fell quiet together
 * @param gapMs ticks further apart say that the broker or routing was away
 */
public record Patience(long timeoutMs, long graceMs, long gapMs) {}
