/** The allocator on Kafka Streams: thin adapters around {@link io.xylem.allocator.domain}. */
@NullMarked
package io.xylem.allocator.stream;

import org.jspecify.annotations.NullMarked;
