package io.xylem.allocator.domain;

/** Why an event changes nothing: a stable code, and what was asked, found and allowed. */
public record Rejection(Code code, String message) {
    /** Part of the contract with scripts: codes are added, never renamed. */
    public enum Code {
        MALFORMED_EVENT,
        INVALID_NAME,
        UNKNOWN_REALM_SETTING,
        UNKNOWN_POLICY,
        UNKNOWN_WORKER,
        UNKNOWN_SERVICE,
        UNKNOWN_INSTANCE,
        ADDRESS_OUT_OF_RANGE,
        ADDRESS_TAKEN,
        POOL_EXHAUSTED,
        WORKER_FULL,
        WORKER_POOL_EXHAUSTED,
        SERVICE_HAS_INSTANCES,
        CONFLICTING_REDEFINITION,
        INSTANCE_NUMBER_REUSED,
        /** Draining ends with removal or migration, never with ready or unready. */
        INSTANCE_IS_DRAINING,
        /** A worker reports an instance that it does not host, or no longer. */
        INSTANCE_ELSEWHERE,
        /** Prefixes of a realm's settings share addresses. */
        POOL_OVERLAP,
        /** A prefix of a realm's settings holds addresses that the address plan or the internet's standards keep back. */
        POOL_RESERVED,
        /** A pool that has given out something can only grow. */
        POOL_IN_USE
    }
}
