/** The process on a worker: configuration, agents, start, await. */
@NullMarked
package io.xylem.proxy;

import org.jspecify.annotations.NullMarked;
