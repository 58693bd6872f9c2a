package io.xylem.bench;

import io.xylem.runtime.Latency;
import java.util.Optional;

/**
 * What the arguments say.
 *
 * @param instances of a full realm
 * @param auditEvents of the log that is verified
 * @param latency commit interval and poll time of all streams
 * @param profile where each allocator process writes a flight recording
 */
record Setup(int rounds, int instances, int auditEvents, Latency latency, Optional<String> profile) {}
