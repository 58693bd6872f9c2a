package io.xylem.proxy.domain;

/** Why a packet was not delivered. The names are part of the metrics' contract: add, never rename. */
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
    /** A piece of a datagram: later pieces carry no ports, so it is not known to which flow they belong. */
    FRAGMENT,
    /** An IPv6 extension header that can't be carried through a change of addresses. */
    EXTENSION_HEADER,
    /** A transport whose checksum may cover the addresses in a way that is not known here. */
    UNSUPPORTED_PROTOCOL,
    /** ICMP other than echo. */
    UNSUPPORTED_ICMP,

    /** Outbound: the source is no instance that is attached here. */
    SOURCE_NOT_ATTACHED,
    /** Outbound: the destination is no service IP and no instance IP that is known here. */
    UNKNOWN_DESTINATION,
    /** Outbound: the service is known and none of its instances takes new flows. */
    NO_USABLE_INSTANCE,
    /** Outbound: the instance dialled by its instance IP takes no new flows. */
    INSTANCE_NOT_READY,
    /** Outbound: no class here implements the policy of the service IP. */
    UNKNOWN_POLICY,
    /** Outbound: the policy threw, or chose what was not offered. */
    POLICY_FAILED,
    /** Outbound: an answer to nothing that was asked. */
    NO_FLOW,
    /**
     * Outbound: the sender has a live flow to the same instance and ports under another address; the answers could not
     * be told apart.
     */
    FLOW_COLLISION,

    /** Inbound: the destination is no instance that is attached here. */
    DESTINATION_NOT_ATTACHED,
    /** Inbound: the source is no instance IP that is known here. */
    UNKNOWN_SOURCE,

    /** It waited for the routes of an unknown address, and they did not come in time. */
    NO_ROUTE_IN_TIME,
    /** It would have had to wait for the routes of an unknown address, and enough packets wait already. */
    TOO_MANY_WAITING,

    /** The kernel did not take it at the device. */
    DEVICE_REFUSED,
    /** The kernel did not take it at the tunnel. */
    TUNNEL_REFUSED,
    /** A defect of the proxy itself. */
    INTERNAL_ERROR
}
