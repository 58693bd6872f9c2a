package io.xylem.audit;

import io.xylem.schemas.avro.DeploymentEvent;
import org.jspecify.annotations.Nullable;

/**
 * One record of deployment-events.
 *
 * @param atMs the broker's stamp
 * @param event null: the bytes can't be read, so that the event has no outcome
 */
public record LoggedEvent(
        int partition,
        long offset,
        long atMs,
        @Nullable String key,
        @Nullable DeploymentEvent event) {}
