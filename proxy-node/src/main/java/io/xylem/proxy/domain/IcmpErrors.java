package io.xylem.proxy.domain;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of an ICMP error: it goes to the end whose packet it quotes, and quotes that packet as this end sent it. That
 * is how path MTU discovery, traceroute and "connection refused" work through a service IP. The error of B about what A sent to S:
 *
 * <pre>
 *                  at B's worker                                at A's worker
 *  b → Ia, quoting Ia → b ── outbound ──► Ib → a, quoting Ia → b ── inbound ──► S → a, quoting a → S
 * </pre>
 *
 * It belongs to the flow of the packet that it quotes; without one it is dropped, and it opens and prolongs none. One thread.
 */
final class IcmpErrors {
    /** The answer to the quoted packet, which is how a flow is found. */
    private static final class Answer extends PacketEnds {
        Answer set(long fromHigh, long fromLow, long toHigh, long toLow, Quote quote) {
            sourceHigh = fromHigh;
            sourceLow = fromLow;
            destinationHigh = toHigh;
            destinationLow = toLow;
            sourcePort = quote.destinationPort;
            destinationPort = quote.sourcePort;
            protocol = quote.protocol;
            return this;
        }
    }

    /** What is known of instances now. */
    interface Known {
        /** Whether both ends of a flow are still the instances that they were. */
        boolean isCurrent(int flow);

        boolean isAttached(long high, long low);
    }

    private final FlowTable flows;
    private final Known known;
    private final Answer answer = new Answer();

    IcmpErrors(FlowTable flows, Known known) {
        this.flows = flows;
        this.known = known;
    }

    /**
     * From an instance of this worker, or from the worker's own kernel, the last router in front of the instance; that one's
     * errors come from the instance too, as the overlay knows no workers.
     */
    Verdict.Outbound outbound(Packet error, long nowNs) {
        Quote quote = error.quote();
        answer.set(quote.destinationHigh, quote.destinationLow, quote.sourceHigh, quote.sourceLow, quote);
        int flow = flows.findOutbound(answer, nowNs);
        boolean isOfReceiver = error.sourceHigh() == quote.destinationHigh && error.sourceLow() == quote.destinationLow;
        boolean isToSender = error.destinationHigh() == quote.sourceHigh && error.destinationLow() == quote.sourceLow;
        if (flow == FlowTable.NONE
                || !isToSender
                || (!isOfReceiver && known.isAttached(error.sourceHigh(), error.sourceLow()))
                || !known.isCurrent(flow)) {
            return Drop.NO_FLOW;
        }
        Attachment own = flows.own(flow);
        Target remote = flows.remote(flow);
        boolean v4 = error.isV4();
        int before = error.sumOfQuote();
        quote.rewriteSource(flows.remoteHigh(flow), flows.remoteLow(flow), quote.sourcePort);
        quote.rewriteDestination(quote.destinationHigh, quote.destinationLow, flows.wirePort(flow));
        error.updateForQuote(before);
        error.rewrite(
                Addresses.high(own.instanceIp(), v4),
                Addresses.low(own.instanceIp(), v4),
                Addresses.high(remote.route().namespaceIp(), v4),
                Addresses.low(remote.route().namespaceIp(), v4));
        return remote;
    }

    /** From another worker, or from this one. */
    Verdict.Inbound inbound(Packet error, @Nullable TunnelPeer peer, long nowNs) {
        Quote quote = error.quote();
        answer.set(error.sourceHigh(), error.sourceLow(), error.destinationHigh(), error.destinationLow(), quote);
        int flow = flows.findInbound(answer, nowNs);
        if (flow == FlowTable.NONE || !known.isCurrent(flow) || !isOfFlow(quote, flow, error.isV4())) {
            return Drop.NO_FLOW;
        }
        if (peer != null && !peer.hosts(flows.remote(flow))) {
            return Drop.FOREIGN_WORKER;
        }
        int before = error.sumOfQuote();
        quote.rewriteSource(flows.ownHigh(flow), flows.ownLow(flow), flows.ownPort(flow));
        quote.rewriteDestination(flows.dialledHigh(flow), flows.dialledLow(flow), quote.destinationPort);
        error.updateForQuote(before);
        error.rewrite(flows.dialledHigh(flow), flows.dialledLow(flow), error.destinationHigh(), error.destinationLow());
        return flows.own(flow);
    }

    /** Whether the quoted packet is one that this flow's own end sent, as it was in the tunnel. */
    private boolean isOfFlow(Quote quote, int flow, boolean v4) {
        Attachment own = flows.own(flow);
        Target remote = flows.remote(flow);
        return quote.sourceHigh == Addresses.high(own.instanceIp(), v4)
                && quote.sourceLow == Addresses.low(own.instanceIp(), v4)
                && quote.destinationHigh == Addresses.high(remote.route().namespaceIp(), v4)
                && quote.destinationLow == Addresses.low(remote.route().namespaceIp(), v4);
    }
}
