package io.xylem.bench;

import io.xylem.balancing.Policies;
import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.dataplane.AgentRunner;
import io.xylem.proxy.dataplane.ForwardingAgent;
import io.xylem.proxy.dataplane.ForwardingAgent.Limits;
import io.xylem.proxy.dataplane.Tunnel;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.ebpf.KernelPath;
import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.Poller;
import io.xylem.proxy.linux.SuperPackets;
import io.xylem.proxy.linux.TunDevice;
import io.xylem.proxy.linux.UdpTunnel;
import io.xylem.proxy.linux.WorkerNetwork;
import io.xylem.proxy.seal.SealedFrame;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Xylem's user-space data plane: the proxy's own forwarding agent on both workers, with routes given by hand. */
final class UserMode implements Mode {
    /** Another way for the packets of flows that the agent has decided about. */
    interface FastPaths {
        /** @param instance whose interface is there */
        @Nullable
        KernelPath open(NetworkNamespace worker, String underlay, Attachment instance, Limits limits)
                throws IOException;
    }

    static final int TUNNEL_PORT = 50_103;
    private static final ServiceName SERVICE = ServiceName.parse("bench.b.server.b");
    private static final ServiceName CALLER = ServiceName.parse("bench.b.client.b");
    private static final DualAddress SERVICE_IP = pair("10.30.0.1", "fdff:2000::1");
    private static final Attachment SERVER =
            new Attachment(new InstanceName(SERVICE, 1), pair("10.30.0.2", "fdff::1"), pair("10.18.0.65", "fc00::101"));
    private static final Attachment CLIENT =
            new Attachment(new InstanceName(CALLER, 1), pair("10.30.0.3", "fdff::2"), pair("10.18.0.1", "fc00::1"));

    private final String name;
    private final Conditions conditions;
    private final Lab lab;
    private final FastPaths fastPaths;
    private final @Nullable TunnelSecrets secrets;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final List<Thread> agents = new ArrayList<>();
    private final List<Counters> counters = new ArrayList<>();
    private final @Nullable Crowd crowd;

    UserMode(Conditions conditions) throws IOException {
        this("Xylem, user space", conditions, (worker, underlay, instance, limits) -> null);
    }

    /** The same with an encrypted tunnel. */
    static UserMode encrypted() throws IOException {
        return new UserMode(
                "Xylem, user space, encrypted",
                Conditions.plain("x"),
                (worker, underlay, instance, limits) -> null,
                new TunnelSecrets());
    }

    UserMode(String name, Conditions conditions, FastPaths fastPaths) throws IOException {
        this(name, conditions, fastPaths, null);
    }

    private UserMode(String name, Conditions conditions, FastPaths fastPaths, @Nullable TunnelSecrets secrets)
            throws IOException {
        this.name = name + conditions.suffix();
        this.conditions = conditions;
        this.fastPaths = fastPaths;
        this.secrets = secrets;
        lab = new Lab(conditions);
        try {
            worker("w1", this.lab.worker1, Lab.UNDERLAY_1, CLIENT, this.lab.client);
            worker("w2", this.lab.worker2, Lab.UNDERLAY_2, SERVER, this.lab.server);
            crowd = conditions.isCrowded() ? opened(new Crowd(this, Conditions.FLOWS, this::fewestFlows)) : null;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void worker(
            String name, NetworkNamespace worker, String underlay, Attachment attachment, NetworkNamespace instance)
            throws IOException {
        TunDevice device = opened(TunDevice.open(worker, "xylem0", true));
        UdpTunnel tunnel = opened(UdpTunnel.open(worker, underlay, TUNNEL_PORT, true));
        Poller poller = opened(Poller.of(device, tunnel));
        WorkerNetwork network = new WorkerNetwork(worker, secrets == null ? 0 : SealedFrame.OVERHEAD_BYTES);
        network.prepare(device, List.of(Ipv4Prefix.parse("10.30.0.0/16")), List.of(Ipv6Prefix.parse("fdff::/16")));
        network.withSuperPackets(conditions.isBig() ? SuperPackets.BIG_BYTES : SuperPackets.USUAL_BYTES)
                .attach(instance, attachment.namespaceIp());

        RouteTable routes = routes(name);
        Attachments attachments = Attachments.of(List.of(attachment));
        Counters counted = new Counters();
        counters.add(counted);
        Limits limits = Limits.defaults(1);
        Tunnel way = secrets == null ? tunnel : secrets.seal(name, tunnel, counted);
        ForwardingAgent agent =
                new ForwardingAgent(device, way, () -> routes, () -> attachments, Policies.load(), counted, limits);
        KernelPath path = fastPaths.open(worker, underlay, attachment, limits);
        if (path != null) {
            opened(path);
            agent.use(path.flows());
        }
        AgentRunner runner = new AgentRunner(
                agent, poller, System::nanoTime, failure -> System.err.println("worker " + name + ": " + failure));
        Thread thread = Thread.ofPlatform().name("agent-" + name).daemon().start(runner);
        agents.add(thread);
        parts.push(() -> {
            runner.close();
            poller.wakeUp();
            thread.join();
        });
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    private RouteTable routes(String worker) {
        RouteFold fold = new RouteFold(worker);
        fold.apply(new RouteUpdate.ServiceKnown(SERVICE, List.of(new ServiceIp("RR", SERVICE_IP)), 1));
        fold.apply(at(CLIENT, "w1", Lab.UNDERLAY_1));
        fold.apply(at(SERVER, "w2", Lab.UNDERLAY_2));
        if (conditions.isCrowded()) {
            CrowdedRoutes.apply(fold, Conditions.ROUTES);
        }
        return fold.table();
    }

    private static RouteUpdate at(Attachment instance, String worker, String underlay) {
        return new RouteUpdate.InstanceAt(
                instance.instance(),
                instance.instanceIp(),
                instance.namespaceIp(),
                worker,
                new Endpoint(underlay, TUNNEL_PORT),
                InstanceState.READY,
                2);
    }

    private static DualAddress pair(String v4, String v6) {
        return new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6));
    }

    /** Bytes that the threads which forward have allocated so far. */
    long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return agents.stream()
                .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.threadId()))
                .sum();
    }

    /** Flows of the worker that knows fewest. */
    private long fewestFlows() {
        return counters.stream().mapToLong(one -> one.get(Count.FLOWS)).min().orElse(0);
    }

    /** Packets that went from one worker to the other so far, those that super-packets stand for. */
    long packets() {
        return counters.stream().mapToLong(one -> one.get(Count.SENT_PACKETS)).sum();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public NetworkNamespace client() {
        return lab.client;
    }

    @Override
    public NetworkNamespace server() {
        return lab.server;
    }

    @Override
    public String target() {
        return SERVICE_IP.v4().toString();
    }

    @Override
    public void prepare() throws IOException {
        if (crowd != null) {
            crowd.prepare();
        }
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                System.err.println("not closed: " + e);
            }
        }
        lab.close();
    }
}
