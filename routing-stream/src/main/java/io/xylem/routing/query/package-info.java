/** What an operator asks over HTTP: health, metrics, topology, and the routes as they are in the local stores. */
@NullMarked
package io.xylem.routing.query;

import org.jspecify.annotations.NullMarked;
