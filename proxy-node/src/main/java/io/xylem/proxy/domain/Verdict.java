package io.xylem.proxy.domain;

/**
 * What becomes of a packet. Every verdict exists before the packet does, so deciding allocates nothing.
 *
 * <pre>
 *  outbound ──► Target, on another worker ──► tunnel
 *     │    └──► Target, on this worker ──► inbound
 *     └───────► Drop                          ├──► Attachment ──► device
 *                                             └──► Drop
 * </pre>
 */
public sealed interface Verdict {
    /** On a packet from an instance of this worker. */
    sealed interface Outbound extends Verdict permits Target, Drop {}

    /** On a packet to an instance of this worker. */
    sealed interface Inbound extends Verdict permits Attachment, Drop {}
}
