package io.xylem.proxy.domain;

import io.xylem.balancing.Policies;
import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.dataplane.ForwardingAgent;
import io.xylem.proxy.dataplane.MemoryDevice;
import io.xylem.proxy.dataplane.MemoryUnderlay;
import io.xylem.proxy.dataplane.PacketDevice.Merging;
import io.xylem.proxy.dataplane.Tunnel;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Workers with real agents over memory: instances are put somewhere, packets go in and come out. */
public final class TestOverlay {
    public static final ServiceName S = ServiceName.parse("A.prod.S.prod");
    public static final ServiceName C = ServiceName.parse("A.prod.C.prod");
    public static final DualAddress SERVICE_IP = dual("10.30.0.1", "fdff:2000::1");

    /** One worker. */
    public final class Worker {
        public final String name;
        public final Endpoint endpoint;
        public final MemoryDevice device;
        public final Counters counters = new Counters();
        public final RouteFold routes;
        private final Map<InstanceName, Attachment> attached = new HashMap<>();
        private final Supplier<ForwardingAgent> newAgent;
        private ForwardingAgent agent;
        private RouteTable table;
        private Attachments attachments = Attachments.NONE;

        Worker(String name, Endpoint endpoint, Policies policies, int maxFlows) {
            this.name = name;
            this.endpoint = endpoint;
            device = new MemoryDevice(2_000, merging);
            routes = new RouteFold(name);
            table = routes.table();
            Tunnel tunnel = underlay.open(endpoint);
            newAgent = () -> new ForwardingAgent(
                    device,
                    tunnel,
                    () -> table,
                    () -> attachments,
                    policies,
                    counters,
                    new ForwardingAgent.Limits(16, merging == Merging.NOTHING ? 2_048 : 65_535, maxFlows, 42));
            agent = newAgent.get();
        }

        /** The process ends and begins anew, with the flows that it had. @return these */
        public List<KeptFlow> restart(long downNs) {
            List<KeptFlow> kept = agent.transfer().last(nowNs).stream()
                    .map(flow -> flow.silentFor(downNs))
                    .toList();
            nowNs += downNs;
            agent = newAgent.get();
            agent.transfer().restore(kept);
            return kept;
        }

        public void learn(RouteUpdate update) {
            routes.apply(update);
            table = routes.table();
        }

        public void attach(InstanceAt at) {
            attached.put(at.instance(), new Attachment(at.instance(), at.instanceIp(), at.namespaceIp()));
            attachments = Attachments.of(attached.values());
        }

        public void detach(InstanceName instance) {
            attached.remove(instance);
            attachments = Attachments.of(attached.values());
        }

        /** Turns until nothing is left to do. */
        public void work() {
            try {
                for (int read = 1; read > 0; ) {
                    read = agent.doWork(nowNs);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        /** One turn. */
        public void turn() {
            try {
                agent.doWork(nowNs);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        public FlowCounts flows() {
            return agent.flowCounts();
        }

        public ForwardingAgent agent() {
            return agent;
        }

        /** An instance here sends; this worker alone has turns. */
        public void send(byte[] packet) {
            device.offer(packet);
            work();
        }

        /** What instances here got since the last time. */
        public List<byte[]> delivered() {
            List<byte[]> packets = new ArrayList<>();
            for (byte[] packet = device.poll(); packet != null; packet = device.poll()) {
                packets.add(packet);
            }
            return packets;
        }

        public long drops(Drop reason) {
            return counters.drops(Counters.Direction.OUTBOUND, reason)
                    + counters.drops(Counters.Direction.INBOUND, reason);
        }

        public long drops() {
            return List.of(Drop.values()).stream().mapToLong(this::drops).sum();
        }
    }

    public final MemoryUnderlay underlay;
    public final List<Worker> workers = new ArrayList<>();
    public long nowNs = -5_000_000_000L; // System.nanoTime may be negative
    private final Policies policies;
    private final Merging merging;
    private long version;

    public TestOverlay() {
        this(Policies.load());
    }

    public TestOverlay(Policies policies) {
        this(policies, Merging.NOTHING);
    }

    /** @param merging which super-packets devices take; if any, the underlay gives trains */
    public TestOverlay(Merging merging) {
        this(Policies.load(), merging);
    }

    private TestOverlay(Policies policies, Merging merging) {
        this.policies = policies;
        this.merging = merging;
        underlay = new MemoryUnderlay(1_000, merging != Merging.NOTHING);
    }

    public static DualAddress dual(String v4, String v6) {
        return new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6));
    }

    public Worker worker(String name, String address) {
        return worker(name, address, 1_000);
    }

    public Worker worker(String name, String address, int maxFlows) {
        Worker worker = new Worker(name, new Endpoint(address, 50_103), policies, maxFlows);
        workers.add(worker);
        return worker;
    }

    public void learn(RouteUpdate update) {
        workers.forEach(worker -> worker.learn(update));
    }

    public void service(ServiceName service, String ipType, DualAddress address) {
        learn(new ServiceKnown(service, List.of(new ServiceIp(ipType, address)), version++));
    }

    /** Instance {@code n}: instance IP {@code 10.30.0.(1 + n)}, namespace IP by its worker, attached and in this state. */
    public InstanceAt place(ServiceName service, int n, Worker worker, InstanceState state) {
        int subnet = workers.indexOf(worker);
        int host = (service.equals(S) ? 0 : 100) + n;
        InstanceAt at = new InstanceAt(
                new InstanceName(service, n),
                dual("10.30.0." + (1 + host), "fdff::" + Integer.toHexString(1 + host)),
                dual("10.18." + subnet + "." + host, "fc00:" + subnet + "::" + Integer.toHexString(host)),
                worker.name,
                worker.endpoint,
                state,
                version++);
        for (Worker other : workers) {
            if (other != worker) {
                other.detach(at.instance());
            }
        }
        worker.attach(at);
        learn(at);
        return at;
    }

    /** The same instance in another state. */
    public static InstanceAt at(InstanceAt was, InstanceState state, long version) {
        return new InstanceAt(
                was.instance(), was.instanceIp(), was.namespaceIp(), was.host(), was.weight(), state, version, false);
    }

    /** The same instance on a worker that fell silent. */
    public static InstanceAt lost(InstanceAt was, long version) {
        return new InstanceAt(
                was.instance(),
                was.instanceIp(),
                was.namespaceIp(),
                was.host(),
                was.weight(),
                InstanceState.UNREADY,
                version,
                true);
    }

    public void withdraw(InstanceName instance) {
        learn(new RouteUpdate.InstanceWithdrawn(instance, version++));
    }

    public long nextVersion() {
        return version++;
    }

    /** Turns everywhere until nothing moves. */
    public void settle() {
        for (int i = 0; i < workers.size() + 1; i++) {
            workers.forEach(Worker::work);
        }
    }
}
