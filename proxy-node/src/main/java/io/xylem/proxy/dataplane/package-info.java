/** Moves batches of packets between two narrow ports. Knows no kernel and no Kafka. */
@NullMarked
package io.xylem.proxy.dataplane;

import org.jspecify.annotations.NullMarked;
