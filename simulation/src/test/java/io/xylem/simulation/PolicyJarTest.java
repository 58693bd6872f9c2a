package io.xylem.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.allocator.domain.Event;
import io.xylem.allocator.domain.Event.AddressRequest;
import io.xylem.balancing.Policies;
import io.xylem.balancing.RoundRobin;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Packet;
import io.xylem.proxy.domain.Target;
import io.xylem.proxy.domain.Verdict;
import io.xylem.routing.domain.AllocationChange;
import io.xylem.routing.domain.RouteChange;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A policy that exists nowhere but on the page "Add a balancing policy": the page's steps make its jar, and allocator and
 * proxies that were built without it give its addresses and choose by it.
 */
class PolicyJarTest {
    private static final ServiceName CLIENTS = ServiceName.parse("shop.prod.web.prod");

    @TempDir
    Path directory;

    private PolicyPage page;
    private Policies policies;
    private ServiceName service;
    private List<AllocationChange> allocations;
    private AllocatorNode allocator;
    private int events;

    @BeforeEach
    void carryOutThePage() throws Exception {
        page = new PolicyPage(directory);
        policies = Policies.load(page.carryOut().toString());
        allocator = new AllocatorNode(policies);
        allocations = new ArrayList<>();
        JsonNode registration = new ObjectMapper().readTree(page.block("json", 0));
        assertThat(registration.path("type").asText()).isEqualTo("ServiceRegistered");
        service = ServiceName.parse(registration.path("service").asText());
        publish(new Event.ServiceRegistered(
                service,
                List.of(new AddressRequest(
                        registration.path("addresses").path(0).path("policy").asText(), null, null))));
    }

    @Test
    void theAddressesAreThoseThatThePageShows() throws Exception {
        ServiceIp ip = route(new RoutingNode()).stream()
                .filter(RouteChange.ServiceRouted.class::isInstance)
                .map(RouteChange.ServiceRouted.class::cast)
                .findFirst()
                .orElseThrow()
                .service()
                .serviceIps()
                .getFirst();
        JsonNode shown = new ObjectMapper().readTree(page.block("json", 1)).path(0);
        assertThat(ip.ipType()).isEqualTo(shown.path("IpType").asText());
        assertThat(ip.address().v4()).hasToString(shown.path("Address").asText());
        assertThat(ip.address().v6()).hasToString(shown.path("Address_v6").asText());
    }

    @Test
    void everyFlowOfEitherFamilyGoesToThePrimary() {
        ProxyNode proxy = place(policies);
        assertThat(chosen(proxy, "10.30.0.1", 100)).containsOnly(3);
        assertThat(chosen(proxy, "fdff:6000::1", 100)).containsOnly(3);
        publish(new Event.InstanceDraining(new InstanceName(service, 3)));
        assertThat(chosen(place(policies), "10.30.0.1", 100)).containsOnly(5);
    }

    @Test
    void aWorkerWithoutTheJarCountsWhatItDrops() {
        ProxyNode proxy = place(new Policies(List.of(new RoundRobin())));
        assertThat(outbound(proxy, "10.30.0.1", 1)).isEqualTo(Drop.UNKNOWN_POLICY);
        assertThat(outbound(proxy, "fdff:6000::1", 1)).isEqualTo(Drop.UNKNOWN_POLICY);
    }

    /** A proxy that has heard of everything; the client's and the servers' worker is its own. */
    private ProxyNode place(Policies known) {
        if (events == 1) {
            publish(new Event.WorkerJoined("w1", "c1", new Endpoint("192.168.77.1", 50_103), null, null));
            publish(new Event.ServiceRegistered(CLIENTS, List.of()));
            publish(new Event.InstanceScheduled(new InstanceName(CLIENTS, 1), "w1"));
            for (int number : new int[] {5, 9, 3}) {
                publish(new Event.InstanceScheduled(new InstanceName(service, number), "w1"));
                publish(new Event.InstanceReady(new InstanceName(service, number)));
            }
        }
        ProxyNode proxy = new ProxyNode("w1", known);
        route(new RoutingNode()).forEach(proxy::deliver);
        proxy.settle();
        return proxy;
    }

    private List<Integer> chosen(ProxyNode proxy, String address, int flows) {
        List<Integer> chosen = new ArrayList<>();
        for (int flow = 1; flow <= flows; flow++) {
            Verdict.Outbound verdict = outbound(proxy, address, flow);
            assertThat(verdict).isInstanceOf(Target.class);
            chosen.add(((Target) verdict).route().instance().number());
        }
        return chosen;
    }

    private Verdict.Outbound outbound(ProxyNode proxy, String address, int port) {
        var client = proxy.find(new InstanceName(CLIENTS, 1)).orElseThrow().namespaceIp();
        String source =
                address.indexOf(':') < 0 ? client.v4().toString() : client.v6().toString();
        ByteBuffer bytes = Datagram.of(source, port, address, 80);
        Packet packet = new Packet();
        assertThat(packet.wrap(bytes, 0, bytes.capacity())).isNull();
        return proxy.translator(port).outbound(packet, port);
    }

    private void publish(Event event) {
        List<AllocationChange> changes = allocator.handle("event-" + events, event, events, events);
        assertThat(changes).as("%s", event).isNotEmpty();
        allocations.addAll(changes);
        events++;
    }

    private List<RouteChange> route(RoutingNode routing) {
        List<RouteChange> routes = new ArrayList<>();
        boolean more = true;
        while (more) {
            more = routing.readAllocation(allocations, routes);
        }
        return routes;
    }
}
