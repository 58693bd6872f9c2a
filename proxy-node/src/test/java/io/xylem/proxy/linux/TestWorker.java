package io.xylem.proxy.linux;

import io.xylem.balancing.Policies;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import io.xylem.proxy.dataplane.AgentRunner;
import io.xylem.proxy.dataplane.Captures;
import io.xylem.proxy.dataplane.ForwardingAgent;
import io.xylem.proxy.dataplane.Tunnel;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.Reported;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.ebpf.KernelPath;
import io.xylem.proxy.seal.Keyring;
import io.xylem.proxy.seal.SealedFrame;
import io.xylem.proxy.seal.SealedTunnel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A worker with real packets, whose routes come by hand. */
final class TestWorker implements AutoCloseable {
    final String name;
    final NetworkNamespace namespace;
    final Counters counters = new Counters();
    final WorkerNetwork network;
    final UdpTunnel tunnel;
    private final TunDevice device;
    private final Poller poller;
    private final RouteFold fold;
    private final AtomicReference<RouteTable> table;
    private final List<Attachment> attached = new ArrayList<>();
    private final AtomicReference<Attachments> attachments = new AtomicReference<>(Attachments.NONE);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final ForwardingAgent agent;
    private final @Nullable KernelPath path;
    private final AgentRunner runner;
    private final Thread thread;

    TestWorker(String name, NetworkNamespace namespace, String underlay) throws IOException {
        this(name, namespace, underlay, Policies.load(), true);
    }

    TestWorker(String name, NetworkNamespace namespace, String underlay, Policies policies, boolean withOffloads)
            throws IOException {
        this(name, namespace, underlay, policies, withOffloads, setup -> null);
    }

    /** Encrypted. */
    TestWorker(String name, NetworkNamespace namespace, String underlay, Keyring keys) throws IOException {
        this(name, namespace, underlay, Policies.load(), true, setup -> null, keys, SuperPackets.USUAL_BYTES);
    }

    /** With its flows in the kernel, or the test is skipped. */
    static TestWorker withBigTcp(String name, NetworkNamespace namespace, String underlay) throws IOException {
        return new TestWorker(
                name, namespace, underlay, Policies.load(), true, TestKernel::orSkip, null, SuperPackets.BIG_BYTES);
    }

    /** How its flows move in the kernel, if they do. */
    interface KernelPaths {
        @Nullable
        KernelPath open(KernelPath.Setup setup) throws IOException;
    }

    TestWorker(
            String name,
            NetworkNamespace namespace,
            String underlay,
            Policies policies,
            boolean withOffloads,
            KernelPaths paths)
            throws IOException {
        this(name, namespace, underlay, policies, withOffloads, paths, null, SuperPackets.USUAL_BYTES);
    }

    private TestWorker(
            String name,
            NetworkNamespace namespace,
            String underlay,
            Policies policies,
            boolean withOffloads,
            KernelPaths paths,
            @Nullable Keyring keys,
            int superPacketBytes)
            throws IOException {
        this.name = name;
        this.namespace = namespace;
        fold = new RouteFold(name);
        table = new AtomicReference<>(fold.table());
        device = TunDevice.open(namespace, "xylem0", withOffloads);
        network = new WorkerNetwork(namespace, keys == null ? 0 : SealedFrame.OVERHEAD_BYTES)
                .withSuperPackets(superPacketBytes);
        network.prepare(device, List.of(Ipv4Prefix.parse("10.30.0.0/16")), List.of(Ipv6Prefix.parse("fdff::/16")));
        tunnel = UdpTunnel.open(namespace, underlay, 50_103, withOffloads);
        poller = Poller.of(device, tunnel);
        ForwardingAgent.Limits limits = ForwardingAgent.Limits.defaults(1);
        Tunnel way = keys == null ? tunnel : new SealedTunnel(tunnel, keys, counters);
        agent = new ForwardingAgent(device, way, table::get, attachments::get, policies, counters, limits);
        path = paths.open(new KernelPath.Setup(
                namespace,
                Addresses.parse(underlay),
                50_103,
                true,
                limits.maxFlows(),
                System::nanoTime,
                ThreadLocalRandom.current().nextInt()));
        if (path != null) {
            agent.use(path.flows());
            path.copyTo(agent.captures());
        }
        agent.measure(
                new Reported(),
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextLong());
        runner = new AgentRunner(agent, poller, System::nanoTime, failure::set);
        thread = Thread.ofPlatform().name("packets-" + name).start(runner);
    }

    void learn(List<? extends RouteUpdate> updates) {
        updates.forEach(fold::apply);
        table.set(fold.table());
        poller.wakeUp();
    }

    long drops(Drop reason) {
        return counters.drops(Direction.OUTBOUND, reason) + counters.drops(Direction.INBOUND, reason);
    }

    Captures captures() {
        return agent.captures();
    }

    FlowCounts flows() {
        return agent.flowCounts();
    }

    boolean isInTheKernel() {
        return path != null;
    }

    void attach(RouteUpdate.InstanceAt at, NetworkNamespace instance) throws IOException {
        network.attach(instance, at.namespaceIp());
        if (path != null) {
            path.attach(at.namespaceIp());
        }
        attached.add(new Attachment(at.instance(), at.instanceIp(), at.namespaceIp()));
        attachments.set(Attachments.of(attached));
    }

    void detach(RouteUpdate.InstanceAt at) throws IOException {
        attached.removeIf(one -> one.instance().equals(at.instance()));
        attachments.set(Attachments.of(attached));
        poller.wakeUp();
        if (path != null) {
            path.detach(at.namespaceIp());
        }
        network.detach(at.namespaceIp());
    }

    /** @throws AssertionError when the agent ended by itself */
    @Override
    public void close() {
        runner.close();
        poller.wakeUp();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        agent.captures().close();
        try {
            if (path != null) {
                path.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        poller.close();
        tunnel.close();
        device.close();
        if (failure.get() != null) {
            throw new AssertionError("the agent of " + name + " ended by itself", failure.get());
        }
    }
}
