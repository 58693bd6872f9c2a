@NullMarked
package io.xylem.routing;

import org.jspecify.annotations.NullMarked;
