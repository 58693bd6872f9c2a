/** Where every instance is now: allocations in, routes out; and what workers say of themselves, checked. */
@NullMarked
package io.xylem.routing;

import org.jspecify.annotations.NullMarked;
