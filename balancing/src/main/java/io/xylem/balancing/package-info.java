/** How a service IP chooses an instance for a new flow. One class a policy, found by {@link java.util.ServiceLoader}. */
@NullMarked
package io.xylem.balancing;

import org.jspecify.annotations.NullMarked;
