package io.xylem.routing.domain;

/**
 * One record of the allocations. {@code version} is the offset of the deployment event that caused it: it never falls
 * from one record of a realm to the next, except when the log is read again.
 */
public sealed interface AllocationChange {
    long version();

    Entity entity();

    record Given(long version, Allocated allocated) implements AllocationChange {
        @Override
        public Entity entity() {
            return allocated.entity();
        }
    }

    record TakenBack(long version, Entity entity) implements AllocationChange {}
}
