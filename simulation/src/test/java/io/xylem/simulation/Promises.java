package io.xylem.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Packet;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.ServiceAddress;
import io.xylem.proxy.domain.Target;
import io.xylem.proxy.domain.Verdict;
import io.xylem.routing.domain.Allocated;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What holds of a cluster in which nothing is under way. */
final class Promises {
    private static final List<Function<DualAddress, String>> FAMILIES =
            List.of(address -> address.v4().toString(), address -> address.v6().toString());

    private final Cluster cluster;
    private final Ledger ledger;
    private int nextPort = 1_024;
    private long nowNs;
    int roundTrips;

    Promises(Cluster cluster, Ledger ledger) {
        this.cluster = cluster;
        this.ledger = ledger;
    }

    void check() {
        routingKnowsWhatItWouldKnowWithoutCrashes();
        for (ProxyNode proxy : cluster.proxies) {
            everyInstanceIsRoutedWhereItIs(proxy);
            nothingElseIsRouted(proxy);
            serviceIpsOfferExactlyTheReadyInstances(proxy);
            exactlyWhatIsPlacedHereIsAttached(proxy);
        }
        packetsArriveAndTheirAnswersReturn();
    }

    private void routingKnowsWhatItWouldKnowWithoutCrashes() {
        assertThat(cluster.routing.state()).isEqualTo(RoutingNode.after(cluster.allocations));
    }

    private void everyInstanceIsRoutedWhereItIs(ProxyNode proxy) {
        for (Allocated.Instance instance : ledger.instances.values()) {
            for (DualAddress address : List.of(instance.instanceIp(), instance.namespaceIp())) {
                for (Ipv6 key : keys(address)) {
                    Target target = address.equals(instance.instanceIp())
                            ? proxy.table().instance(key.high(), key.low())
                            : proxy.table().namespace(key.high(), key.low());
                    assertThat(target)
                            .as("%s's route of %s", proxy.worker, instance)
                            .isNotNull();
                    var route = requireNonNull(target).route();
                    assertThat(route.instance()).isEqualTo(instance.name());
                    assertThat(route.worker()).isEqualTo(instance.worker());
                    assertThat(route.underlay()).isEqualTo(ledger.host(instance).underlay());
                    assertThat(route.namespaceIp()).isEqualTo(instance.namespaceIp());
                    assertThat(route.state()).isEqualTo(ledger.readiness(instance));
                }
            }
        }
    }

    private void nothingElseIsRouted(ProxyNode proxy) {
        RouteTable table = proxy.table();
        assertThat(table.instanceCount()).isEqualTo(ledger.instances.size());
        assertThat(table.serviceCount()).isEqualTo(ledger.services.size());
        List<DualAddress> held = ledger.instances.values().stream()
                .map(Allocated.Instance::namespaceIp)
                .toList();
        ledger.namespaceIpsEver.stream()
                .filter(address -> !held.contains(address))
                .flatMap(address -> keys(address).stream())
                .forEach(key -> assertThat(table.namespace(key.high(), key.low()))
                        .as("%s's route to %s, which nobody has", proxy.worker, key)
                        .isNull());
    }

    private void serviceIpsOfferExactlyTheReadyInstances(ProxyNode proxy) {
        for (ServiceName service : ledger.services.keySet()) {
            for (ServiceIp serviceIp : ledger.serviceIps(service)) {
                for (Ipv6 key : keys(serviceIp.address())) {
                    ServiceAddress address = proxy.table().service(key.high(), key.low());
                    assertThat(address)
                            .as("%s's address of %s", proxy.worker, serviceIp)
                            .isNotNull();
                    assertThat(requireNonNull(address).targets())
                            .extracting(target -> target.route().instance())
                            .containsExactlyElementsOf(ledger.readyOf(service).stream()
                                    .map(Allocated.Instance::name)
                                    .toList());
                }
            }
        }
    }

    private void exactlyWhatIsPlacedHereIsAttached(ProxyNode proxy) {
        assertThat(proxy.attached())
                .extracting(at -> at.instance() + " " + at.namespaceIp())
                .containsExactlyInAnyOrderElementsOf(ledger.instances.values().stream()
                        .filter(instance -> instance.worker().equals(proxy.worker))
                        .map(instance -> instance.name() + " " + instance.namespaceIp())
                        .toList());
    }

    /** From every instance to every service IP and every reachable instance IP, in both families. */
    private void packetsArriveAndTheirAnswersReturn() {
        for (Allocated.Instance client : ledger.instances.values()) {
            for (Function<DualAddress, String> family : FAMILIES) {
                for (ServiceName service : ledger.services.keySet()) {
                    List<Allocated.Instance> ready = ledger.readyOf(service);
                    for (ServiceIp serviceIp : ledger.serviceIps(service)) {
                        if (!ready.isEmpty()) {
                            roundTrip(client, serviceIp.address(), ready, family);
                        }
                    }
                }
                for (Allocated.Instance server : ledger.instances.values()) {
                    InstanceState readiness = ledger.readiness(server);
                    if (readiness == InstanceState.READY || readiness == InstanceState.DRAINING) {
                        roundTrip(client, server.instanceIp(), List.of(server), family);
                    }
                }
            }
        }
    }

    private void roundTrip(
            Allocated.Instance client,
            DualAddress dialled,
            List<Allocated.Instance> servers,
            Function<DualAddress, String> family) {
        nowNs += 1_000;
        nextPort = nextPort == 65_535 ? 1_024 : nextPort + 1;
        String a = family.apply(client.namespaceIp());
        String ia = family.apply(client.instanceIp());
        String s = family.apply(dialled);
        Map<String, Allocated.Instance> byNamespaceIp = new TreeMap<>();
        servers.forEach(server -> byNamespaceIp.put(family.apply(server.namespaceIp()), server));

        ByteBuffer there = Datagram.of(a, nextPort, s, 80);
        String to = sent(client, there);
        Allocated.Instance server = byNamespaceIp.get(Datagram.destination(there));
        assertThat(server)
                .as("%s is one of %s", Datagram.destination(there), servers)
                .isNotNull();
        String b = family.apply(requireNonNull(server).namespaceIp());
        assertThat(to).isEqualTo(server.worker());
        is(there, ia, nextPort, b, 80);
        delivered(server, there);
        is(there, ia, nextPort, b, 80);

        ByteBuffer back = Datagram.of(b, 80, ia, nextPort);
        assertThat(sent(server, back)).isEqualTo(client.worker());
        is(back, family.apply(server.instanceIp()), 80, a, nextPort);
        delivered(client, back);
        is(back, s, 80, a, nextPort);
        roundTrips++;
    }

    /** @return the worker that it is sent to */
    private String sent(Allocated.Instance sender, ByteBuffer bytes) {
        Verdict.Outbound verdict = proxy(sender).translator(nowNs).outbound(wrapped(bytes), nowNs);
        assertThat(verdict).as("outbound of %s", sender).isInstanceOf(Target.class);
        return ((Target) verdict).route().worker();
    }

    private void delivered(Allocated.Instance receiver, ByteBuffer bytes) {
        Verdict.Inbound verdict = proxy(receiver).translator(nowNs).inbound(wrapped(bytes), nowNs);
        assertThat(verdict)
                .as("inbound of %s", receiver)
                .isInstanceOfSatisfying(
                        Attachment.class,
                        attachment -> assertThat(attachment.instance()).isEqualTo(receiver.name()));
    }

    private static Packet wrapped(ByteBuffer bytes) {
        Packet packet = new Packet();
        assertThat(packet.wrap(bytes, 0, bytes.capacity())).isNull();
        return packet;
    }

    private static void is(ByteBuffer packet, String source, int sourcePort, String destination, int destinationPort) {
        assertThat(Datagram.source(packet)).isEqualTo(source);
        assertThat(Datagram.sourcePort(packet)).isEqualTo(sourcePort);
        assertThat(Datagram.destination(packet)).isEqualTo(destination);
        assertThat(Datagram.destinationPort(packet)).isEqualTo(destinationPort);
        assertThat(Datagram.checksumsHold(packet)).as("checksums").isTrue();
    }

    private ProxyNode proxy(Allocated.Instance instance) {
        return cluster.proxies.stream()
                .filter(proxy -> proxy.worker.equals(instance.worker()))
                .findFirst()
                .orElseThrow();
    }

    /** Both addresses in the form of the tables. */
    private static List<Ipv6> keys(DualAddress address) {
        List<Ipv6> keys = new ArrayList<>();
        keys.add(new Ipv6(0, Addresses.mapped(address.v4().bits())));
        keys.add(address.v6());
        return keys;
    }
}
