package io.xylem.proxy.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6;

/**
 * A flow of a {@link FlowTable} as it outlives the process. Addresses are as in {@link Addresses}.
 *
 * @param ports as {@link FlowPorts} has them
 * @param openedHere whether the own end sent the first packet
 * @param silentNs for how long nothing had come when it was copied
 */
public record KeptFlow(
        InstanceName own,
        InstanceName remote,
        Ipv6 ownIp,
        Ipv6 dialled,
        Ipv6 remoteIp,
        long ports,
        boolean openedHere,
        Progress progress,
        Kind kind,
        long silentNs) {
    /** By how long it may be silent. */
    public enum Kind {
        /** TCP of which one direction was seen: RFC 5382 REQ-5, at least 4 min. */
        OPENING(240),
        /** TCP in use, also half-closed, and what has no states: RFC 5382 REQ-5, at least 2 h 4 min. */
        CONNECTED(7_440),
        /** TCP that was reset, or that both ends have finished: RFC 5382 REQ-5, at least 4 min. */
        CLOSING(240),
        /** UDP: RFC 4787 REQ-5, at least 2 min. */
        DATAGRAM(180),
        /** ICMP echo: RFC 5508 REQ-2, at least 60 s. */
        ECHO(60);

        final long silenceNs;

        Kind(long silenceSeconds) {
            this.silenceNs = silenceSeconds * 1_000_000_000L;
        }
    }

    /** How far it has come, in the words of {@link FlowProgress}. */
    public record Progress(byte seen, int expectedByOwn, int nextOfOwn) {}

    /** The same flow when it has been silent for longer. */
    public KeptFlow silentFor(long moreNs) {
        return new KeptFlow(
                own, remote, ownIp, dialled, remoteIp, ports, openedHere, progress, kind, silentNs + moreNs);
    }
}
