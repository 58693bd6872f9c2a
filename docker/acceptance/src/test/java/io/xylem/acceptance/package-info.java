/**
 * The compose set under fire. {@code AcceptanceIT} is the story; {@code Load}, {@code Flows}, {@code EchoServer} and {@code
 * ActiveAllocator} run inside containers, on the jars of the command's image.
 */
@NullMarked
package io.xylem.acceptance;

import org.jspecify.annotations.NullMarked;
