package io.xylem.proxy.domain;

/**
 * Why a packet was not delivered, and what its sender is told. The names are part of the metrics' contract: add, never
 * rename.
 */
public enum Drop implements Verdict.Outbound, Verdict.Inbound {
    /** No bytes at all. */
    EMPTY,
    /** Neither IPv4 nor IPv6. */
    NOT_IP,
    /** Shorter than its IP header says or needs. */
    TRUNCATED_HEADER,
    /** A header length that can't be. */
    BAD_HEADER_LENGTH,
    /** The IP header's length is not the number of bytes that arrived. */
    LENGTH_MISMATCH,
    /** The transport header is cut off. */
    TRUNCATED_TRANSPORT,
    /** A transport length that contradicts the IP header. */
    BAD_TRANSPORT_LENGTH,
    /** A later piece of a datagram whose first piece was dropped, and is counted with its own reason. */
    FRAGMENT,
    /** A later piece of a datagram whose first piece, which alone tells the flow, did not come in time. */
    NO_FIRST_FRAGMENT,
    /** A later piece of a datagram would have had to wait for the first one, and enough wait already. */
    TOO_MANY_FRAGMENTS,
    /** A piece that no datagram can have: none of 8 octets, beyond the end, or with two fragment headers. */
    BAD_FRAGMENT,
    /** An IPv6 extension header that can't be carried through a change of addresses. */
    EXTENSION_HEADER,
    /** A transport whose checksum may cover the addresses in a way that is not known here. */
    UNSUPPORTED_PROTOCOL,
    /** ICMP other than echo, errors about packets of a flow, or cut off in them. */
    UNSUPPORTED_ICMP,

    /** Outbound: the next router, which is the worker of the receiver, would not pass it on. */
    HOP_LIMIT_REACHED(Answer.EXPIRED),
    /** Outbound: the source is no instance that is attached here. */
    SOURCE_NOT_ATTACHED,
    /** Outbound: the destination is no service IP and no instance IP that is known here. */
    UNKNOWN_DESTINATION(Answer.UNREACHABLE),
    /** Outbound: the service is known and has no instances, not even starting ones. */
    SCALED_TO_ZERO(Answer.REFUSED),
    /** Outbound: the service is known and none of its instances takes new flows. */
    NO_USABLE_INSTANCE(Answer.REFUSED),
    /** Outbound: the instance dialled by its instance IP takes no new flows. */
    INSTANCE_NOT_READY(Answer.REFUSED),
    /** Outbound: no class here implements the policy of the service IP. */
    UNKNOWN_POLICY(Answer.REFUSED),
    /** Outbound: the policy threw, or chose what was not offered. */
    POLICY_FAILED(Answer.REFUSED),
    /** An answer to nothing that was asked, or an error about nothing that was sent. */
    NO_FLOW,
    /** Outbound: the instance of the flow is gone: it has no route any more, or its worker is lost. */
    INSTANCE_GONE(Answer.REFUSED),
    /**
     * The sender has live flows to the same instance and port under other addresses, and no port was found by which
     * their answers could be told apart.
     */
    FLOW_COLLISION,

    /** Inbound: the destination is no instance that is attached here. */
    DESTINATION_NOT_ATTACHED,
    /** Inbound: the source is no instance IP that is known here. */
    UNKNOWN_SOURCE,
    /** Inbound: it did not come from the underlay endpoint of the worker that hosts its source. */
    FOREIGN_WORKER,

    /** Outbound: encryption is on, and the worker of the receiver has said no key, or ours is used up. */
    NO_TUNNEL_KEY,
    /** Inbound: encryption is on, and it is not encrypted. */
    NOT_ENCRYPTED,
    /** Inbound: encrypted by a key that the worker of this address has not said, or not any more. */
    UNKNOWN_TUNNEL_KEY,
    /** Inbound: it came already, or is older than 2 048 others. */
    REPLAYED,
    /** Inbound: it was changed on its way, or made by somebody else. */
    NOT_AUTHENTIC,

    /** It waited for the routes of an unknown address, and they did not come in time. */
    NO_ROUTE_IN_TIME,
    /** It would have had to wait for the routes of an unknown address, and enough packets wait already. */
    TOO_MANY_WAITING,
    /** A probe's answer that was not asked for, or not from there, or not now. */
    STRAY_PROBE,
    /** More probes than a worker answers. */
    PROBE_FLOOD,

    /** The kernel did not take it at the device. */
    DEVICE_REFUSED,
    /** The kernel did not take it at the tunnel. */
    TUNNEL_REFUSED,
    /** A defect of the proxy itself. */
    INTERNAL_ERROR;

    /** What the sender is told, as a host would tell it (RFC 1122, 3.2.2.1 and 4.2.3.9). */
    enum Answer {
        NOTHING,
        /** Nobody serves that port now: RST to TCP, port unreachable to the rest. */
        REFUSED,
        /** There is no such address: host unreachable. */
        UNREACHABLE,
        /** It went too far: time exceeded. */
        EXPIRED
    }

    private final Answer answer;

    Drop() {
        this(Answer.NOTHING);
    }

    Drop(Answer answer) {
        this.answer = answer;
    }

    Answer answer() {
        return answer;
    }
}
