/** A whole development cluster on one machine: child processes for what computes, network namespaces for what carries packets. */
@NullMarked
package io.xylem.cli.cluster;

import org.jspecify.annotations.NullMarked;
