/**
 * Publishing deployment events and hearing what became of them, for orchestrators on the JVM.
 *
 * {@snippet :
 * try (var publisher = new XylemPublisher(config)) {
 *     CompletableFuture<Outcome> registered =
 *             publisher.publish("main", new ServiceRegistered("shop.prod.web.prod", List.of()));
 *     CompletableFuture<Outcome> scheduled =
 *             publisher.publish("main", new InstanceScheduled("shop.prod.web.prod", 1, "nobody", 1));
 *     System.out.println(OutcomeJson.write(registered.get()));
 *     System.out.println(OutcomeJson.write(scheduled.get()));
 * }
 * }
 *
 * {@link io.xylem.publish.EventSource} reads events from text: JSON lines, or Oakestra's deployment descriptor.
 */
@NullMarked
package io.xylem.publish;

import org.jspecify.annotations.NullMarked;
