@NullMarked
package io.xylem.allocator;

import org.jspecify.annotations.NullMarked;
