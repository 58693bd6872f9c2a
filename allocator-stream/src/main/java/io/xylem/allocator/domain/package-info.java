/**
 * Who has which address, and why. {@link io.xylem.allocator.domain.Decider} reads and answers with facts or a
 * rejection; {@link io.xylem.allocator.domain.Applier} is the only writer. No clock, no randomness, no IO: time and
 * offset come in with the event, so the same log gives the same addresses.
 */
@NullMarked
package io.xylem.allocator.domain;

import org.jspecify.annotations.NullMarked;
