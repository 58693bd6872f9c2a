/** Speed as a ratio to a baseline that is measured in the same run, the modes in turn. */
@NullMarked
package io.xylem.bench;

import org.jspecify.annotations.NullMarked;
