package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.audit.Entity;
import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.ServiceIp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PastStateTest {
    private static final String S = "A.prod.S.prod";

    @Test
    void aServiceIpMeansItsReadyInstancesOnWorkersThatAreHeard() {
        ObjectNode explained = state(
                        instance(1, "w1", InstanceState.READY),
                        instance(2, "w1", InstanceState.UNREADY),
                        instance(3, "silent", InstanceState.READY),
                        instance(4, "w1", InstanceState.DRAINING))
                .explain("10.18.0.1", "10.30.0.1");
        assertThat(explained.path("client").asText()).isEqualTo(S + "#1");
        assertThat(explained.path("policy").asText()).isEqualTo("RR");
        assertThat(explained.path("candidates")).hasSize(1);
        assertThat(explained.at("/candidates/0/instance").asText()).isEqualTo(S + "#1");
        assertThat(explained.at("/candidates/0/weight").asInt()).isEqualTo(2);
        assertThat(explained.path("tableVersion").asLong()).isEqualTo(14);
    }

    @Test
    void aServiceIpWithoutUsableInstancesMeansNobody() {
        ObjectNode explained = state(instance(3, "silent", InstanceState.READY)).explain("10.18.0.9", "fdff:2000::1");
        assertThat(explained.path("drop").asText()).isEqualTo("NO_USABLE_INSTANCE");
        assertThat(explained.has("client")).isFalse();
    }

    @Test
    void anInstanceIpReachesADrainingInstanceToo() {
        ObjectNode explained = state(instance(4, "w1", InstanceState.DRAINING)).explain("10.18.0.1", "fdff::4");
        assertThat(explained.path("instance").asText()).isEqualTo(S + "#4");
        assertThat(explained.has("drop")).isFalse();
    }

    @Test
    void anAddressThatNobodyHad() {
        assertThat(state().explain("10.18.0.1", "10.30.9.9").path("drop").asText())
                .isEqualTo("UNKNOWN_DESTINATION");
    }

    @Test
    void addressesAreTakenWithPortsAndProtocols() {
        assertThat(PastState.address("10.30.0.1:80/tcp")).isEqualTo("10.30.0.1");
        assertThat(PastState.address("10.30.0.1/icmp")).isEqualTo("10.30.0.1");
        assertThat(PastState.address("[FDFF:2000:0::1]:80/udp")).isEqualTo("fdff:2000::1");
        assertThat(PastState.address("fdff::1")).isEqualTo("fdff::1");
        assertThatThrownBy(() -> PastState.address("[fdff::zz]:80"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("10.30.0.1:80/tcp");
    }

    private static PastState state(Entity.Instance... instances) {
        List<Entity> entities = new ArrayList<>(List.of(instances));
        entities.add(worker("w1", 1, false));
        entities.add(worker("silent", 2, true));
        entities.add(new Entity.Service(
                "main|service|" + S, 3, S, List.of(new ServiceIp("RR", address("10.30.0.1", "fdff:2000::1")))));
        return new PastState(entities);
    }

    private static Entity.Worker worker(String name, long version, boolean lost) {
        return new Entity.Worker(
                "main|worker|" + name,
                version,
                name,
                "c1",
                new Endpoint("192.168.77.1", 50103),
                null,
                null,
                new DualPrefix(Ipv4Prefix.parse("10.18.0.0/26"), Ipv6Prefix.parse("fc00::/120")),
                lost);
    }

    private static Entity.Instance instance(int number, String worker, InstanceState state) {
        return new Entity.Instance(
                "main|instance|" + S + "|" + number,
                10 + number,
                S,
                number,
                worker,
                number,
                address("10.30.1." + number, "fdff::" + number),
                address("10.18.0." + number, "fc00::" + number),
                state,
                2);
    }

    private static DualAddress address(String v4, String v6) {
        return new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6));
    }
}
