package io.xylem.proxy.domain;

import io.xylem.balancing.Candidate;
import io.xylem.balancing.MeasuredState;
import io.xylem.balancing.Policies;
import io.xylem.balancing.Site;
import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One choice for a new flow to one of many services, in random order, as the proxy makes it. It stands in the proxy's
 * package so that nothing there must be public for a measurement's sake.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@NullUnmarked // JMH fills the fields
public class ChoiceBenchmark {
    private static final int INSTANCES = 100;
    private static final int WORKERS = 1_000;
    /** More services than this share instances: there is no memory for more. */
    private static final int SERVICES_WITH_INSTANCES = 10_000;

    private static final int ORDER = 1 << 20;
    private static final Site HERE = new Site("w0", null, null);
    private static final InstanceName CLIENT = new InstanceName(name(0), 7);

    /** The services' addresses, and the order in which they are dialled. */
    @State(Scope.Thread)
    public static class Services {
        @Param("10000")
        public int services;

        private Map<Ipv4, DualAddress> map;
        private Ipv4[] keys;
        private int[] order;
        private int next;

        @Setup(Level.Trial)
        public void fill() {
            map = new HashMap<>();
            keys = new Ipv4[services];
            for (int s = 0; s < services; s++) {
                DualAddress address = serviceIp(s);
                map.put(address.v4(), address);
                keys[s] = new Ipv4(address.v4().bits());
            }
            order = new Random(1).ints(ORDER, 0, services).toArray();
        }

        private int next() {
            next = (next + 1) & (ORDER - 1);
            return order[next];
        }
    }

    /** Every service was dialled once. */
    @State(Scope.Thread)
    public static class Choosing {
        /** Behind {@code +}: with weights from 1 to 10. */
        @Param("RR")
        public String policy;

        private final Random random = new Random(2);
        private ServiceAddress[] addresses;
        private AddressIndex<ServiceAddress> index;
        private Choosers choosers;

        @Setup(Level.Trial)
        public void fill(Services services) {
            String ipType = policy.replace("+", "");
            RouteFold fold = new RouteFold(HERE.worker());
            int made = Math.min(services.services, SERVICES_WITH_INSTANCES);
            for (int s = 0; s < made; s++) {
                fold.apply(new RouteUpdate.ServiceKnown(name(s), List.of(new ServiceIp(ipType, serviceIp(s))), 0));
                for (int i = 0; i < INSTANCES; i++) {
                    fold.apply(instance(s, i));
                }
            }
            List<ServiceAddress> all = new ArrayList<>();
            fold.table().forEachService(address -> all.add(weighted(address)));
            for (int s = made; s < services.services; s++) {
                ServiceAddress like = all.get(s % made);
                all.add(new ServiceAddress(
                        name(s),
                        ipType,
                        serviceIp(s),
                        like.candidates(),
                        like.targets().toArray(Target[]::new),
                        like.placed(),
                        0,
                        like.usage()));
            }
            addresses = all.toArray(ServiceAddress[]::new);
            index = AddressIndex.empty(ServiceAddress::address);
            choosers = new Choosers(Policies.load());
            MeasuredState measured = choosers.measured();
            for (int w = 1; w < WORKERS; w++) {
                measured.answered("w" + w, 100_000 + random.nextInt(10_000_000));
            }
            for (ServiceAddress address : addresses) {
                index = index.with(address);
                choosers.choose(address, CLIENT, HERE, 0);
            }
        }

        private ServiceAddress weighted(ServiceAddress address) {
            if (!policy.endsWith("+")) {
                return address;
            }
            List<Candidate> candidates = address.candidates().stream()
                    .map(c -> new Candidate(c.instance(), c.site(), 1 + random.nextInt(10)))
                    .toList();
            return new ServiceAddress(
                    address.service(),
                    address.ipType(),
                    address.address(),
                    candidates,
                    address.targets().toArray(Target[]::new),
                    address.placed(),
                    0,
                    address.usage());
        }

        private RouteUpdate instance(int service, int number) {
            int n = service * INSTANCES + number;
            return new RouteUpdate.InstanceAt(
                    new InstanceName(name(service), number),
                    new DualAddress(new Ipv4(0x0b00_0000 + n), new Ipv6(0xfdff_0000_0000_0000L, n + 1)),
                    new DualAddress(new Ipv4(0x0c00_0000 + n), new Ipv6(0xfc00_0000_0000_0000L, n + 1)),
                    "w" + (1 + random.nextInt(WORKERS - 1)),
                    new Endpoint("192.168.77.1", 50_103),
                    InstanceState.READY,
                    0);
        }
    }

    /** The yardstick. */
    @Benchmark
    public DualAddress hashMapGet(Services services) {
        return services.map.get(services.keys[services.next()]);
    }

    @Benchmark
    public Verdict.Outbound choose(Services services, Choosing choosing) {
        return choosing.choosers.choose(choosing.addresses[services.next()], CLIENT, HERE, 0);
    }

    /** With the look-up of the address that the packet has. */
    @Benchmark
    public Verdict.Outbound lookUpAndChoose(Services services, Choosing choosing) {
        long low = Addresses.mapped(services.keys[services.next()].bits());
        return choosing.choosers.choose(choosing.index.get(0, low), CLIENT, HERE, 0);
    }

    private static ServiceName name(int service) {
        return new ServiceName("app" + service, "prod", "web", "prod");
    }

    private static DualAddress serviceIp(int service) {
        return new DualAddress(new Ipv4(0x0a00_0001 + service), new Ipv6(0xfdff_2000_0000_0000L, service + 1));
    }
}
