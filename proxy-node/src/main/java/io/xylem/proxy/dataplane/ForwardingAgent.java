package io.xylem.proxy.dataplane;

import io.xylem.balancing.Policies;
import io.xylem.model.InstanceName;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Explained;
import io.xylem.proxy.domain.FastPath;
import io.xylem.proxy.domain.FiveTuple;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.FlowTable;
import io.xylem.proxy.domain.Fragments;
import io.xylem.proxy.domain.Reported;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.Translator;
import io.xylem.proxy.domain.UnknownAddresses;
import io.xylem.proxy.domain.WaitingPackets;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/**
 * Moves packets between the instances of this worker and the other workers. One thread. A turn, in packet order:
 *
 * <pre>
 *  0. clients of instances that are gone ── reset ──────► device
 *  1. device ──► super-packets ── outbound ──┬──► cut ──────► tunnel
 *                                            ├── inbound ───► device     (both ends are here)
 *                                            └── dropped ──► reset, unreachable ──► device
 *  2. tunnel ──► trains ──► put together ──► inbound ──────► device
 * </pre>
 *
 * All batches share their memory: a packet is rewritten where the kernel put it and leaves from there.
 */
public final class ForwardingAgent {
    private static final int EXPIRED_FLOWS_PER_TURN = 64;

    /** How large the agent is. {@code hashSeed} keeps an instance from aiming at one place of the flow table. */
    public record Limits(int batchPackets, int maxPacketBytes, int maxFlows, long hashSeed) {
        public static Limits defaults(long hashSeed) {
            return new Limits(64, 65_535, 131_072, hashSeed);
        }
    }

    private final Supplier<RouteTable> routes;
    private final Supplier<Attachments> attachments;
    private final Counters counters;
    private final FlowTable flows;
    private final Translator translator;
    private final Fragments fragments;
    private final WaitingPackets waiting;
    private final Outbound outbound;
    private final Inbound inbound;
    private final Answering answering;
    private final Probing probing;
    private final Captures captures;
    private final Questions questions = new Questions();
    private final FlowTransfer transfer;
    private final Policies policies;
    private final ObjIntConsumer<InstanceName> takeLoad;
    private Reported loads = new Reported();

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
        this.routes = routes;
        this.attachments = attachments;
        this.counters = counters;
        this.policies = policies;
        answering = new Answering(device, counters);
        probing = new Probing(tunnel, counters);
        flows = new FlowTable(limits.maxFlows(), limits.hashSeed(), counters);
        transfer = new FlowTransfer(flows);
        translator = new Translator(flows, policies, counters);
        fragments = new Fragments(translator, Fragments.Limits.DEFAULT, limits.hashSeed(), counters);
        takeLoad = translator.measured()::reported;
        waiting = new WaitingPackets(unknownAddresses, WaitingPackets.Limits.DEFAULT, counters);
        PacketMemory memory = new PacketMemory(Outbound.memoryBytes(limits)
                + Inbound.memoryBytes(limits)
                + PacketMemory.slotsBytes(1, Segmenter.MAX_HEADER_BYTES));
        Handler handler = new Handler(memory, tunnel, translator, fragments, waiting, answering, counters);
        captures = handler.captures();
        outbound = new Outbound(device, tunnel, handler, answering, counters, memory, limits);
        inbound = new Inbound(device, tunnel, handler, probing, counters, memory, limits);
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

    /** Who is shown packets. For any thread. */
    public Captures captures() {
        return captures;
    }

    /** One turn that asks both ports. */
    public int doWork(long nowNs) throws IOException {
        return doWork(nowNs, Readiness.BOTH);
    }

    /**
     * One turn: what waits at the device and the tunnel, a batch each.
     *
     * @param nowNs the time of this turn on a clock that never goes back
     * @param ready which of them may have something to read, as {@link Readiness} says it
     * @return how much was read, and how many flows ended and were looked at; 0 when there was nothing to do
     * @throws IOException when a port is gone; no packet, whatever its bytes, causes any exception
     */
    int doWork(long nowNs, int ready) throws IOException {
        RouteTable table = routes.get();
        translator.use(table, attachments.get(), nowNs);
        fragments.use(table, attachments.get());
        fragments.expire(nowNs);
        translator.adopt(nowNs);
        int copied = transfer.work(table, attachments.get(), nowNs);
        waiting.review(table, nowNs);
        translator.askMoved(waiting);
        loads.drain(takeLoad);
        questions.answerOne(translator, nowNs);
        probing.ask(table, nowNs);
        int read = answering.endFlows(translator, nowNs)
                + outbound.forward((ready & Readiness.DEVICE) != 0, nowNs)
                + inbound.forward((ready & Readiness.TUNNEL) != 0, nowNs);
        flows.expire(nowNs, EXPIRED_FLOWS_PER_TURN);
        counters.set(Count.FLOWS, flows.size());
        return read + copied + (translator.review(nowNs) ? 1 : 0);
    }
}
