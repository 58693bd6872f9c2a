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
public sealed interface Verdict permits Target, Attachment, Drop {}
