@NullMarked
package io.xylem.cli;

import org.jspecify.annotations.NullMarked;
