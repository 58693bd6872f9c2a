package io.xylem.proxy.dataplane;

import io.xylem.balancing.Policies;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.RouteTable;
import java.io.IOException;
import java.util.function.Supplier;

/** Moves packets between the instances of this worker and the other workers. One thread. */
public final class ForwardingAgent {
    /** How large the agent is. {@code hashSeed} keeps an instance from aiming at one place of the flow table. */
    public record Limits(int batchPackets, int maxPacketBytes, int maxFlows, long hashSeed) {
        public static Limits defaults(long hashSeed) {
            return new Limits(64, 2048, 65_536, hashSeed);
        }
    }

    /** @param routes and {@code attachments} are read once a turn, so a volatile read is enough */
    public ForwardingAgent(
            PacketDevice device,
            Tunnel tunnel,
            Supplier<RouteTable> routes,
            Supplier<Attachments> attachments,
            Policies policies,
            Counters counters,
            Limits limits) {}

    /**
     * One turn: what waits at the device and the tunnel, a batch each.
     *
     * @param nowNs the time of this turn on a clock that never goes back
     * @return how many packets were read; 0 when there was nothing to do
     * @throws IOException when a port is gone; no packet, whatever its bytes, causes any exception
     */
    public int doWork(long nowNs) throws IOException {
        return 0;
    }
}
