package io.xylem.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.schemas.avro.DeploymentEvent;
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
    void settingsThatAnEventChangesAreNotFollowedAndItSaysSo() {
        assertThatThrownBy(() -> send("a", new RealmConfigured(Map.of("rest.ms", "1"))))
                .isInstanceOf(NotFollowedException.class)
                .hasMessageContaining("offset 0")
                .hasMessageContaining("'main'");
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
