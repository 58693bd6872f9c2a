package io.xylem.audit;

/**
 * An address in quarantine, or out of it and given to nobody since.
 *
 * @param address a prefix where it is a worker's subnet; IPv4 stands for both where both are given and taken together
 * @param version offset of the event that released it; {@code sinceMs}: its time
 * @param untilMs until when nobody but its last owner may have it
 */
public record Resting(String address, String lastOwner, long version, long sinceMs, long untilMs) {}
