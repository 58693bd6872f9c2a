/** Sending deployment events and hearing what became of them. */
@NullMarked
package io.xylem.cli.publish;

import org.jspecify.annotations.NullMarked;
