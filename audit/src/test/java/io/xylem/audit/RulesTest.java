package io.xylem.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.RealmConfigured;
import io.xylem.schemas.avro.WorkerLost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rules by hand-made logs, without the allocator. */
class RulesTest {
    private final World world = new World(Log.ofDefaults().settings(), 1);
    private long offset = -1;
    private long nowMs = 1_700_000_000_000L;

    @Test
    void theExampleOfTheAddressPlan() {
        for (int i = 1; i <= 121; i++) {
            send(Log.joined("w" + i));
        }
        assertThat(Texts.of(send(Log.joined("W")))).contains("subnet 10.18.30.64/26 fc00::7900/120");
        assertThat(Texts.of(send(Log.registered("A.prod.S.prod")))).contains("RR 10.30.0.1 fdff:2000::1");
        assertThat(Texts.of(send(Log.scheduled("A.prod.S.prod", 1, "W"))))
                .contains("instanceIp 10.30.0.2 fdff::1, namespaceIp 10.18.30.65 fc00::7901");
        assertThat(Texts.of(send(Log.scheduled("A.prod.S.prod", 2, "W"))))
                .contains("instanceIp 10.30.0.3 fdff::2, namespaceIp 10.18.30.66 fc00::7902");
    }

    @Test
    void aRepeatedIdHasItsAnswerForADay() {
        Answer first = send("x", Log.joined("w1"));
        nowMs += 86_399_000;
        assertThat(send("x", Log.joined("w2"))).isEqualTo(first);
        nowMs += 1_000;
        assertThat(send("x", Log.joined("w2")).worker()).isEqualTo("w2");
    }

    @Test
    void anEventThatIsNotOfItsRealmIsRefusedAndForgotten() {
        DeploymentEvent event = DeploymentEvent.newBuilder()
                .setRealm("main")
                .setId("a")
                .setAt(0)
                .setBody(new WorkerLost("w"))
                .build();
        World.Step step = world.handle(new LoggedEvent(0, 0, nowMs, "other", event), event);
        assertThat(step.answer().code()).isEqualTo("MALFORMED_EVENT");
        assertThat(send("a", Log.joined("w1")).isAccepted()).isTrue();
    }

    @Test
    void aRealmBeginsWithOtherPools() {
        send(new RealmConfigured(Map.of(
                "worker.v4", "10.99.0.0/16",
                "worker.v4.length", "24",
                "worker.v6", "fd00:1::/32",
                "worker.v6.length", "112",
                "service.v4", "10.40.0.0/24",
                "instance.v6", "fdff:9::/64",
                "service.v6.RR", "fdff:8::/64")));
        send(Log.joined("w1"));
        assertThat(Texts.of(send(Log.joined("w2")))).contains("subnet 10.99.1.0/24 fd00:1::1:0/112");
        assertThat(Texts.of(send(Log.registered(Log.S)))).contains("RR 10.40.0.1 fdff:8::1");
        assertThat(Texts.of(send(Log.scheduled(Log.S, 1, "w1"))))
                .contains("instanceIp 10.40.0.2 fdff:9::1, namespaceIp 10.99.0.1 fd00:1::1");
    }

    @Test
    void aPoolInUseGrowsAtItsEndOnly() {
        configure("service.v4", "10.30.0.0/30");
        send(Log.registered(Log.S));
        send(Log.registered("B.b.B.b"));
        assertThat(send(Log.registered("C.c.C.c")).code()).isEqualTo("POOL_EXHAUSTED");
        assertThat(configure("service.v4", "10.31.0.0/30,10.30.0.0/30").code()).isEqualTo("POOL_IN_USE");
        assertThat(configure("service.v4", "10.30.0.0/30,10.18.7.0/30").code()).isEqualTo("POOL_OVERLAP");
        assertThat(configure("service.v4", "10.30.0.0/30, 10.29.0.0/30").isAccepted())
                .isTrue();
        assertThat(configure("service.v4", "10.30.0.0/30,10.29.0.0/30").unchanged())
                .isTrue();
        assertThat(Texts.of(send(Log.registered("C.c.C.c")))).contains("RR 10.29.0.1 fdff:2000::3");
    }

    @Test
    void aLargeSubnetOfAWorkerIsCountedInAllBits() {
        send(new RealmConfigured(Map.of("worker.v6", "fd00::/32", "worker.v6.length", "64")));
        for (int i = 0; i < 300; i++) {
            send(Log.joined("w" + i));
        }
        assertThat(Texts.of(send(Log.joined("W")))).contains("fd00:0:0:12c::/64");
        assertThat(configure("worker.v6.length", "72").code()).isEqualTo("POOL_IN_USE");
    }

    @Test
    void settingsThatCantBeRead() {
        assertThat(configure("rest.s", "1").code()).isEqualTo("UNKNOWN_REALM_SETTING");
        assertThat(configure("rest.ms", "1m").code()).isEqualTo("MALFORMED_EVENT");
        assertThat(configure("rest.ms", "9999").code())
                .as("shorter than the confirmed one")
                .isEqualTo("MALFORMED_EVENT");
        assertThat(configure("worker.v4.length", "15").code())
                .as("its pool is a /16")
                .isEqualTo("MALFORMED_EVENT");
        assertThat(configure("worker.v6", "fd00::/111").code())
                .as("room for half of the workers")
                .isEqualTo("MALFORMED_EVENT");
    }

    @Test
    void whatTheAddressPlanKeepsBackIsNoPool() {
        assertThat(configure("service.v4", "127.8.0.0/16").code()).isEqualTo("POOL_RESERVED");
        assertThat(configure("instance.v6", "fdff:4000:7::/64").code()).isEqualTo("POOL_RESERVED");
    }

    @Test
    void whatHasRunOutStaysSoUnderLongerTimes() {
        configure("event.memory.ms", "1000");
        send("x", Log.joined("w1"));
        nowMs += 1_000;
        configure("event.memory.ms", "60000");
        assertThat(send("x", Log.joined("w2")).worker()).isEqualTo("w2");
    }

    @Test
    void anAddressThatHasRestedRestsNoMore() {
        send(new RealmConfigured(Map.of("rest.ms", "1000", "rest.confirmed.ms", "500")));
        send(Log.registered(Log.S));
        send(Log.removed(Log.S));
        nowMs += 1_000;
        configure("rest.ms", "60000");
        AddressRequest request =
                AddressRequest.newBuilder().setPolicy("RR").setV4("10.30.0.1").build();
        assertThat(send(Log.registered("B.b.B.b", request)).isAccepted()).isTrue();
        send(Log.removed("B.b.B.b"));
        assertThat(send(Log.registered("C.c.C.c", request)).code()).isEqualTo("ADDRESS_TAKEN");
    }

    @Test
    void anInstanceScheduledAgainWithAnotherWeightHasThatWeight() {
        send(Log.joined("w1"));
        send(Log.registered(Log.S));
        send(new InstanceScheduled(Log.S, 1, "w1", 2));
        assertThat(send(new InstanceScheduled(Log.S, 1, "w1", 2)).unchanged()).isTrue();
        assertThat(step("again", new InstanceScheduled(Log.S, 1, "w1", 3)).changes())
                .singleElement()
                .satisfies(change -> assertThat(Texts.of(change.after())).endsWith("weight 3"));
        assertThat(send(new InstanceScheduled(Log.S, 1, "w1", 1_001)).code()).isEqualTo("MALFORMED_EVENT");
    }

    private Answer configure(String setting, String text) {
        return send(new RealmConfigured(Map.of(setting, text)));
    }

    @Test
    void theOwnersOfAnAddressOverTime() {
        AddressHistory history = new AddressHistory("10.30.0.2");
        List<Object> bodies = List.of(
                Log.joined("w1"),
                Log.registered(Log.S),
                Log.scheduled(Log.S, 1, "w1"),
                Log.removed(Log.S, 1),
                new WorkerLost("w1"));
        for (Object body : bodies) {
            List<Change> changes =
                    new ArrayList<>(step("id-" + (offset + 1), body).changes());
            changes.forEach(change -> history.changed(new LoggedEvent(0, offset, nowMs, "main", null), change));
        }
        assertThat(history.owners()).singleElement().satisfies(owner -> {
            assertThat(owner.owner()).isEqualTo("instance A.prod.S.prod#1");
            assertThat(owner.kind()).isEqualTo("instance IP");
            assertThat(owner.fromOffset()).isEqualTo(2);
            assertThat(owner.toOffset()).isEqualTo(3);
        });
    }

    private Answer send(Object body) {
        return send("id-" + (offset + 1), body);
    }

    private Answer send(String id, Object body) {
        return step(id, body).answer();
    }

    private World.Step step(String id, Object body) {
        offset++;
        DeploymentEvent event = DeploymentEvent.newBuilder()
                .setRealm("main")
                .setId(id)
                .setAt(0)
                .setBody(body)
                .build();
        return world.handle(new LoggedEvent(0, offset, nowMs, "main", event), event);
    }
}
