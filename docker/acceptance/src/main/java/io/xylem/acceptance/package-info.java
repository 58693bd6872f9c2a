/**
 * What runs inside the containers of the acceptance test, on the jars of the command's image: {@code Load} publishes, {@code
 * EchoServer} and {@code Flows} talk to each other. The story is {@code AcceptanceIT}.
 */
@NullMarked
package io.xylem.acceptance;

import org.jspecify.annotations.NullMarked;
