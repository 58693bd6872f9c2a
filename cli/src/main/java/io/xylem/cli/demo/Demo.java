package io.xylem.cli.demo;

import static io.xylem.schemas.AvroWords.toModel;

import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.DevCluster;
import io.xylem.cli.cluster.Progress;
import io.xylem.model.DualAddress;
import io.xylem.schemas.avro.InstanceMigrated;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerJoined;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The example of the address plan: application A has the service S with two instances on worker W, the 122nd that
 * joins; a client C runs on worker V.
 *
 * <pre>
 *          worker W                         worker V
 *   S1  10.30.0.2 ──┐                  ┌── C1  10.30.0.5
 *   S2  10.30.0.3 ──┴─── underlay ─────┘
 *         └ both are 10.30.0.1
 * </pre>
 */
public final class Demo {
    public static final String W = "W";
    public static final String V = "V";
    private static final int WORKERS_BEFORE = 121;
    private static final String S = "A.prod.S.prod";
    private static final String C = "A.prod.C.prod";
    private static final Duration ATTACH_PATIENCE = Duration.ofSeconds(20);
    private static final int TUNNEL_PORT = 50_103;

    private final PrintWriter out;
    private final List<DemoInstance> instances = new ArrayList<>();

    public Demo(PrintWriter out) {
        this.out = out;
    }

    /** @throws IOException saying what did not come out as it should */
    public void play(DevCluster devCluster, Progress progress) throws IOException {
        title("A cluster of its own");
        ClusterState state = devCluster.up(List.of(W, V), progress);
        try (var cluster = new DemoCluster(devCluster, state)) {
            Addresses addresses = allocate(cluster, state);
            DemoInstance s1 = attach(cluster, W, S, 1);
            DemoInstance s2 = attach(cluster, W, S, 2);
            DemoInstance c1 = attach(cluster, V, C, 1);
            s1.serve("S1@W");
            s2.serve("S2@W");
            cluster.awaitReady(Map.of(S + "#1", W, S + "#2", W, C + "#1", V));
            showTraffic(c1, addresses);
            migrate(cluster, s1, s2, c1, addresses);
        } finally {
            instances.forEach(DemoInstance::close);
        }
    }

    private record Addresses(DualAddress service, DualAddress s1, DualAddress s2, DualAddress c1) {}

    private Addresses allocate(DemoCluster cluster, ClusterState state) throws IOException {
        title("%d workers join, then W, then V; S has two instances on W, C has one on V".formatted(WORKERS_BEFORE));
        var events = new ArrayList<Object>();
        for (int i = 1; i <= WORKERS_BEFORE; i++) {
            events.add(joined("w" + i, "192.168.78." + i));
        }
        events.add(joined(W, underlay(state, W)));
        events.add(joined(V, underlay(state, V)));
        events.add(new ServiceRegistered(S, List.of()));
        events.add(new InstanceScheduled(S, 1, W, 1));
        events.add(new InstanceScheduled(S, 2, W, 1));
        events.add(new ServiceRegistered(C, List.of()));
        events.add(new InstanceScheduled(C, 1, V, 1));
        List<Outcome> outcomes = cluster.publish(events);
        List<Outcome> last = outcomes.subList(WORKERS_BEFORE, outcomes.size());

        DualAddress service = toModel(last.get(2).getServiceIps()).getFirst().address();
        var addresses =
                new Addresses(service, instanceIp(last.get(3)), instanceIp(last.get(4)), instanceIp(last.get(6)));
        var table = new AddressTable();
        table.subnet(
                "worker W", "10.18.30.64/26 fc00::7900/120", toModel(last.get(0).getSubnet()));
        table.address("S", "round robin", "10.30.0.1 fdff:2000::1", service);
        table.address("S1", "instance IP", "10.30.0.2 fdff::1", addresses.s1());
        table.address("S1", "namespace IP", "10.18.30.65 fc00::7901", namespaceIp(last.get(3)));
        table.address("S2", "instance IP", "10.30.0.3 fdff::2", addresses.s2());
        table.address("S2", "namespace IP", "10.18.30.66 fc00::7902", namespaceIp(last.get(4)));
        table.subnet(
                "worker V",
                "10.18.30.128/26 fc00::7a00/120",
                toModel(last.get(1).getSubnet()));
        table.address("C1", "instance IP", "10.30.0.5 fdff::3", addresses.c1());
        table.address("C1", "namespace IP", "10.18.30.129 fc00::7a01", namespaceIp(last.get(6)));
        table.print(out);
        table.check();
        return addresses;
    }

    private void showTraffic(DemoInstance c1, Addresses to) throws IOException {
        title("C1 on V asks over HTTP; each answer says who gave it and whom it saw");
        for (boolean v6 : new boolean[] {false, true}) {
            String seen = text(to.c1(), v6);
            inTurn(c1, text(to.service(), v6), seen, Set.of("S1@W", "S2@W"));
            always(c1, text(to.s1(), v6), seen, "S1@W");
            always(c1, text(to.s2(), v6), seen, "S2@W");
        }
        title("C1 pings");
        for (boolean v6 : new boolean[] {false, true}) {
            for (DualAddress address : List.of(to.service(), to.s1(), to.s2())) {
                line("ping " + text(address, v6), c1.ping(text(address, v6)));
            }
        }
    }

    private void migrate(DemoCluster cluster, DemoInstance s1, DemoInstance s2, DemoInstance c1, Addresses to)
            throws IOException {
        title("S1 moves from W to V");
        Outcome moved = cluster.publish(List.of(new InstanceMigrated(S, 1, V))).getFirst();
        var table = new AddressTable();
        table.address("S1", "instance IP", to.s1().toString(), instanceIp(moved));
        table.address("S1", "namespace IP", "10.18.30.130 fc00::7a02", namespaceIp(moved));
        table.print(out);
        table.check();
        cluster.worker(W).detach(S, 1);
        s1.close();
        attach(cluster, V, S, 1).serve("S1@V");
        cluster.awaitReady(Map.of(S + "#1", V, S + "#2", W, C + "#1", V));
        for (boolean v6 : new boolean[] {false, true}) {
            always(c1, text(to.s1(), v6), text(to.c1(), v6), "S1@V");
            inTurn(c1, text(to.service(), v6), text(to.c1(), v6), Set.of("S1@V", "S2@W"));
        }
        out.println("  and S2, which stayed on W, asks S1");
        always(s2, text(to.s1(), false), text(to.s2(), false), "S1@V");
        line("ping " + text(to.s1(), false), s2.ping(text(to.s1(), false)));
    }

    private DemoInstance attach(DemoCluster cluster, String worker, String service, int number) throws IOException {
        DemoInstance instance = cluster.newInstance(
                service.split("\\.", -1)[2].toLowerCase(java.util.Locale.ROOT) + number + "-" + worker);
        instances.add(instance);
        var _ = cluster.worker(worker).attach(service, number, instance.netns(), ATTACH_PATIENCE);
        return instance;
    }

    /** Two rounds: each instance answers once a round, in the same order. */
    private void inTurn(DemoInstance from, String address, String seen, Set<String> expected) throws IOException {
        List<String> servers = ask(from, address, seen, 2 * expected.size());
        List<String> first = servers.subList(0, expected.size());
        List<String> second = servers.subList(expected.size(), servers.size());
        if (!new HashSet<>(first).equals(expected) || !first.equals(second)) {
            throw new DemoException(
                    address + " was answered by " + servers + ", not by each of " + expected + " in turn");
        }
    }

    private void always(DemoInstance from, String address, String seen, String expected) throws IOException {
        List<String> servers = ask(from, address, seen, 2);
        if (!servers.stream().allMatch(expected::equals)) {
            throw new DemoException(address + " was answered by " + servers + ", not by " + expected + " alone");
        }
    }

    private List<String> ask(DemoInstance from, String address, String seen, int times) throws IOException {
        var servers = new ArrayList<String>();
        for (int i = 0; i < times; i++) {
            DemoInstance.Answer answer = from.get(address);
            // Text forms of IPv6 differ; the number does not.
            if (!java.net.InetAddress.ofLiteral(answer.client()).equals(java.net.InetAddress.ofLiteral(seen))) {
                throw new DemoException(answer.server() + " saw " + answer.client() + " as its client, not " + seen);
            }
            servers.add(answer.server());
        }
        line("GET " + address, String.join(" ", servers) + "   saw " + seen);
        return servers;
    }

    private static WorkerJoined joined(String worker, String address) {
        return new WorkerJoined(worker, "demo", new UnderlayEndpoint(address, TUNNEL_PORT), null, null);
    }

    private static String underlay(ClusterState state, String worker) {
        return state.worker(worker).orElseThrow().underlayAddress();
    }

    private static DualAddress instanceIp(Outcome outcome) {
        return toModel(outcome.getInstanceIp());
    }

    private static DualAddress namespaceIp(Outcome outcome) {
        return toModel(outcome.getNamespaceIp());
    }

    private static String text(DualAddress address, boolean v6) {
        return v6 ? address.v6().toString() : address.v4().toString();
    }

    private void title(String text) {
        out.println();
        out.println(text);
        out.flush();
    }

    private void line(String what, String result) {
        out.printf("    %-22s %s%n", what, result);
        out.flush();
    }
}
