package io.xylem.proxy.dataplane;

import io.xylem.balancing.Policies;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Explained;
import io.xylem.proxy.domain.FiveTuple;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.FlowTable;
import io.xylem.proxy.domain.Packet;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.Target;
import io.xylem.proxy.domain.Translator;
import io.xylem.proxy.domain.Verdict;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves packets between the instances of this worker and the other workers. One thread. A turn, in packet order:
 *
 * <pre>
 *  0. clients of instances that are gone ── reset ──────► device
 *  1. device ──► fromDevice ── outbound ──┬──► toTunnel ──► tunnel
 *                                         ├── inbound ──► toDevice ──► device     (both ends are here)
 *                                         └── dropped ──► reset, unreachable ──► device
 *  2. tunnel ──► fromTunnel ── inbound ──────────────────► toDevice ──► device
 * </pre>
 *
 * The four batches share their memory: a packet is rewritten where the kernel put it and leaves from there.
 */
public final class ForwardingAgent {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardingAgent.class);
    private static final int EXPIRED_FLOWS_PER_TURN = 64;

    /** How large the agent is. {@code hashSeed} keeps an instance from aiming at one place of the flow table. */
    public record Limits(int batchPackets, int maxPacketBytes, int maxFlows, long hashSeed) {
        public static Limits defaults(long hashSeed) {
            return new Limits(64, 2048, 65_536, hashSeed);
        }
    }

    private final PacketDevice device;
    private final Tunnel tunnel;
    private final Supplier<RouteTable> routes;
    private final Supplier<Attachments> attachments;
    private final Counters counters;
    private final FlowTable flows;
    private final Translator translator;
    private final Packet packet = new Packet();
    private final PacketBatch fromDevice;
    private final PacketBatch fromTunnel;
    private final PacketBatch toDevice;
    private final PacketBatch toTunnel;
    private final Answering answering;
    private final Probing probing;
    private final Questions questions = new Questions();
    private final Policies policies;
    private boolean defectSeen;

    /** @param routes and {@code attachments} are read once a turn, so a volatile read is enough */
    public ForwardingAgent(
            PacketDevice device,
            Tunnel tunnel,
            Supplier<RouteTable> routes,
            Supplier<Attachments> attachments,
            Policies policies,
            Counters counters,
            Limits limits) {
        this.device = device;
        this.tunnel = tunnel;
        this.routes = routes;
        this.attachments = attachments;
        this.counters = counters;
        this.policies = policies;
        answering = new Answering(device, counters);
        probing = new Probing(tunnel, counters);
        flows = new FlowTable(limits.maxFlows(), limits.hashSeed(), counters);
        translator = new Translator(flows, policies, counters);
        PacketBatch[] batches = PacketBatch.sharing(4, limits.batchPackets(), limits.maxPacketBytes());
        fromDevice = batches[0];
        fromTunnel = batches[1];
        toDevice = batches[2];
        toTunnel = batches[3];
    }

    /**
     * Measures round trips to other workers from now on, for the policies that go by them. Before the first turn.
     *
     * @param clockNs the clock of the turns
     * @param random what nobody can guess
     */
    public void measure(LongSupplier clockNs, LongSupplier random) {
        probing.begin(policies, translator, clockNs, random);
    }

    /** For any thread. */
    public FlowCounts flowCounts() {
        return flows.counts();
    }

    /**
     * What would become of a packet like this one, and why; nothing is changed. For any thread: the answer comes in one of
     * the next turns.
     */
    public CompletableFuture<Explained> explain(FiveTuple packet) {
        return questions.ask(packet);
    }

    /**
     * One turn: what waits at the device and the tunnel, a batch each.
     *
     * @param nowNs the time of this turn on a clock that never goes back
     * @return how many packets were read and flows ended; 0 when there was nothing to do
     * @throws IOException when a port is gone; no packet, whatever its bytes, causes any exception
     */
    public int doWork(long nowNs) throws IOException {
        RouteTable table = routes.get();
        translator.use(table, attachments.get());
        questions.answerOne(translator, nowNs);
        probing.ask(table, nowNs);
        int read = answering.endFlows(translator, nowNs) + forwardOutbound(nowNs) + forwardInbound(nowNs);
        flows.expire(nowNs, EXPIRED_FLOWS_PER_TURN);
        counters.set(Count.FLOWS, flows.size());
        return read;
    }

    private int forwardOutbound(long nowNs) throws IOException {
        fromDevice.clear();
        int read = device.read(fromDevice);
        for (int slot = 0; slot < fromDevice.count(); slot++) {
            switch (outbound(slot, nowNs)) {
                case Target target when target.local() -> deliver(fromDevice, slot, inbound(nowNs));
                case Target target -> {
                    int moved = fromDevice.moveTo(toTunnel, slot);
                    toTunnel.setPeer(moved, target.peerHigh(), target.peerLow(), target.peerPort());
                    counters.add(Count.SENT_BYTES, packet.length());
                }
                case Drop reason -> {
                    counters.drop(Direction.OUTBOUND, reason);
                    answering.refuse(packet, reason, nowNs);
                }
            }
        }
        flushToTunnel();
        flushToDevice();
        answering.flush();
        return read;
    }

    private int forwardInbound(long nowNs) throws IOException {
        fromTunnel.clear();
        int read = tunnel.receive(fromTunnel);
        for (int slot = 0; slot < fromTunnel.count(); slot++) {
            if (probing.takes(fromTunnel, slot, nowNs)) {
                continue;
            }
            Drop malformed = packet.wrap(fromTunnel.memory(), fromTunnel.offset(slot), fromTunnel.length(slot));
            deliver(fromTunnel, slot, malformed != null ? malformed : inbound(nowNs));
        }
        flushToDevice();
        return read;
    }

    private Verdict.Outbound outbound(int slot, long nowNs) {
        try {
            Drop malformed = packet.wrap(fromDevice.memory(), fromDevice.offset(slot), fromDevice.length(slot));
            return malformed != null ? malformed : translator.outbound(packet, nowNs);
        } catch (RuntimeException e) {
            return defect(e);
        }
    }

    /** Of the packet that was looked at last. */
    private Verdict.Inbound inbound(long nowNs) {
        try {
            return translator.inbound(packet, nowNs);
        } catch (RuntimeException e) {
            return defect(e);
        }
    }

    private void deliver(PacketBatch from, int slot, Verdict.Inbound verdict) {
        switch (verdict) {
            case Attachment a -> {
                from.moveTo(toDevice, slot);
                counters.add(Count.DELIVERED_BYTES, packet.length());
            }
            case Drop reason -> counters.drop(Direction.INBOUND, reason);
        }
    }

    private void flushToTunnel() throws IOException {
        if (toTunnel.count() > 0) {
            int taken = tunnel.send(toTunnel);
            counters.add(Count.SENT_PACKETS, taken);
            counters.drop(Direction.OUTBOUND, Drop.TUNNEL_REFUSED, toTunnel.count() - taken);
            toTunnel.clear();
        }
    }

    private void flushToDevice() throws IOException {
        if (toDevice.count() > 0) {
            int taken = device.write(toDevice);
            counters.add(Count.DELIVERED_PACKETS, taken);
            counters.drop(Direction.INBOUND, Drop.DEVICE_REFUSED, toDevice.count() - taken);
            toDevice.clear();
        }
    }

    /** A defect here must cost its packet and not the worker's traffic; the first one is told in full. */
    private Drop defect(RuntimeException e) {
        if (!defectSeen) {
            defectSeen = true;
            LOG.error(
                    "a packet could not be handled; further ones like it are only counted ({})",
                    Drop.INTERNAL_ERROR,
                    e);
        }
        return Drop.INTERNAL_ERROR;
    }
}
