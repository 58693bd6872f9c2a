package io.xylem.proxy.dataplane;

import io.xylem.balancing.Policies;
import io.xylem.model.InstanceName;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Explained;
import io.xylem.proxy.domain.FastPath;
import io.xylem.proxy.domain.FiveTuple;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.FlowTable;
import io.xylem.proxy.domain.Packet;
import io.xylem.proxy.domain.Reported;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.Target;
import io.xylem.proxy.domain.Translator;
import io.xylem.proxy.domain.UnknownAddresses;
import io.xylem.proxy.domain.Verdict;
import io.xylem.proxy.domain.WaitingPackets;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
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
    private final WaitingPackets waiting;
    private final Packet packet = new Packet();
    private final PacketBatch fromDevice;
    private final PacketBatch fromTunnel;
    private final PacketBatch toDevice;
    private final PacketBatch toTunnel;
    private final Answering answering;
    private final Probing probing;
    private final Questions questions = new Questions();
    private final FlowTransfer transfer;
    private final Policies policies;
    private final ObjIntConsumer<InstanceName> takeLoad;
    private Reported loads = new Reported();
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
        this(device, tunnel, routes, attachments, policies, counters, limits, UnknownAddresses.NOBODY_TO_ASK);
    }

    /** @param unknownAddresses where to ask for what the routes don't tell */
    public ForwardingAgent(
            PacketDevice device,
            Tunnel tunnel,
            Supplier<RouteTable> routes,
            Supplier<Attachments> attachments,
            Policies policies,
            Counters counters,
            Limits limits,
            UnknownAddresses unknownAddresses) {
        this.device = device;
        this.tunnel = tunnel;
        this.routes = routes;
        this.attachments = attachments;
        this.counters = counters;
        this.policies = policies;
        answering = new Answering(device, counters);
        probing = new Probing(tunnel, counters);
        flows = new FlowTable(limits.maxFlows(), limits.hashSeed(), counters);
        transfer = new FlowTransfer(flows);
        translator = new Translator(flows, policies, counters);
        takeLoad = translator.measured()::reported;
        waiting = new WaitingPackets(unknownAddresses, WaitingPackets.Limits.DEFAULT, counters);
        PacketBatch[] batches = PacketBatch.sharing(4, limits.batchPackets(), limits.maxPacketBytes());
        fromDevice = batches[0];
        fromTunnel = batches[1];
        toDevice = batches[2];
        toTunnel = batches[3];
    }

    /**
     * Collects what policies go by from now on. Before the first turn.
     *
     * @param reportedLoads how many flows instances have, as their workers say
     * @param clockNs the clock of the turns, to measure round trips to other workers
     * @param random what nobody can guess
     */
    public void measure(Reported reportedLoads, LongSupplier clockNs, LongSupplier random) {
        loads = reportedLoads;
        probing.begin(policies, translator, clockNs, random);
    }

    /** Flows that are decided about may go this way. Before the first turn. */
    public void use(FastPath path) {
        translator.use(path);
    }

    /** For any thread. */
    public FlowCounts flowCounts() {
        return flows.counts();
    }

    /** How flows outlive the process. */
    public FlowTransfer transfer() {
        return transfer;
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
     * @return how many packets were read, flows ended and looked at; 0 when there was nothing to do
     * @throws IOException when a port is gone; no packet, whatever its bytes, causes any exception
     */
    public int doWork(long nowNs) throws IOException {
        RouteTable table = routes.get();
        translator.use(table, attachments.get());
        translator.adopt(nowNs);
        int copied = transfer.work(table, attachments.get(), nowNs);
        waiting.review(table, nowNs);
        translator.askMoved(waiting);
        loads.drain(takeLoad);
        questions.answerOne(translator, nowNs);
        probing.ask(table, nowNs);
        int read = answering.endFlows(translator, nowNs) + forwardOutbound(nowNs) + forwardInbound(nowNs);
        flows.expire(nowNs, EXPIRED_FLOWS_PER_TURN);
        counters.set(Count.FLOWS, flows.size());
        return read + copied + (translator.review(nowNs) ? 1 : 0);
    }

    private int forwardOutbound(long nowNs) throws IOException {
        fromDevice.clear();
        int released = release(Direction.OUTBOUND, fromDevice);
        int read = released + device.read(fromDevice);
        for (int slot = 0; slot < fromDevice.count(); slot++) {
            switch (outbound(slot, nowNs)) {
                case Target target when target.local() -> deliver(fromDevice, slot, inbound(nowNs));
                case Target target -> {
                    int moved = fromDevice.moveTo(toTunnel, slot);
                    toTunnel.setPeer(moved, target.peerHigh(), target.peerLow(), target.peerPort());
                    counters.add(Count.SENT_BYTES, packet.length());
                }
                case Drop reason -> {
                    boolean mayWait = reason == Drop.UNKNOWN_DESTINATION && slot >= released;
                    refuse(Direction.OUTBOUND, fromDevice, slot, reason, mayWait, nowNs);
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
        int released = release(Direction.INBOUND, fromTunnel);
        int read = released + tunnel.receive(fromTunnel);
        for (int slot = 0; slot < fromTunnel.count(); slot++) {
            if (probing.takes(fromTunnel, slot, nowNs)) {
                continue;
            }
            Drop malformed = packet.wrap(fromTunnel.memory(), fromTunnel.offset(slot), fromTunnel.length(slot));
            Verdict.Inbound verdict = malformed != null ? malformed : inbound(nowNs);
            if (verdict instanceof Drop reason) {
                boolean mayWait = reason == Drop.UNKNOWN_SOURCE && slot >= released;
                refuse(Direction.INBOUND, fromTunnel, slot, reason, mayWait, nowNs);
            } else {
                deliver(fromTunnel, slot, verdict);
            }
        }
        flushToDevice();
        return read;
    }

    /** Packets whose routes have come go before those that come now. @return how many */
    private int release(Direction direction, PacketBatch into) {
        while (!into.isFull()) {
            byte[] released = waiting.release(direction);
            if (released == null) {
                break;
            }
            MemoryDevice.copyIn(released, into);
        }
        return into.count();
    }

    /** The packet that was looked at last waits, or is lost. One that has waited does not wait again. */
    private void refuse(Direction direction, PacketBatch from, int slot, Drop reason, boolean mayWait, long nowNs)
            throws IOException {
        Drop why = mayWait
                ? waiting.keep(direction, packet, from.memory(), from.offset(slot), from.length(slot), nowNs)
                : reason;
        if (why != null) {
            counters.drop(direction, why);
            if (direction == Direction.OUTBOUND) {
                answering.refuse(packet, why, nowNs);
            }
        }
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
