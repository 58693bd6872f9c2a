@NullMarked
package io.xylem.bench;

import org.jspecify.annotations.NullMarked;
