package io.xylem.routing.domain;

import io.xylem.model.InstanceName;

/** What one worker learns, besides what is broadcast. */
public sealed interface Told {
    record Route(RouteChange change) implements Told {}

    /** @param version of the instance's route, which the worker was told before */
    record Load(long version, InstanceName instance, int flows) implements Told {}

    record Unknown(long version, String address) implements Told {}

    /** Its interest ended: forget it, its version too. */
    record Forget(Entity entity) implements Told {}

    record ForgetLoad(InstanceName instance) implements Told {}

    record ForgetAddress(String address) implements Told {}
}
