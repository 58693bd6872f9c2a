/** One Kafka node inside this JVM, for the development cluster and for tests. */
@NullMarked
package io.xylem.broker;

import org.jspecify.annotations.NullMarked;
