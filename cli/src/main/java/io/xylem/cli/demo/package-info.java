/** The example of the address plan, played with real packets. */
@NullMarked
package io.xylem.cli.demo;

import org.jspecify.annotations.NullMarked;
