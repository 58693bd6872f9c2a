@NullMarked
package io.xylem.runtime;

import org.jspecify.annotations.NullMarked;
