package io.xylem.routing.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.routing.domain.AllocationApplier;
import io.xylem.routing.domain.AllocationChange;
import io.xylem.routing.domain.AllocationDecider;
import io.xylem.routing.domain.RandomLog;
import io.xylem.routing.domain.RoutingState;
import io.xylem.routing.domain.RoutingStateInMemory;
import io.xylem.routing.domain.World;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

class StoredRealmTest {
    private final Serde<Allocation> serde =
            Topics.ALLOCATIONS.valueSerde(Map.of("schema.registry.url", "mock://stored-realm"));

    @Test
    void theStoreKnowsWhatTheStateInMemoryKnows() {
        Random random = new Random(RandomLog.seed());
        RoutingStateInMemory model = new RoutingStateInMemory();
        StoredRealm stored = new StoredRealm("main", new TornStore(), serde);
        for (AllocationChange change : RandomLog.of(random, 500)) {
            assertThat(AllocationDecider.decide(stored, change)).isEqualTo(AllocationDecider.decide(model, change));
            AllocationApplier.apply(stored, change);
            AllocationApplier.apply(model, change);
            assertSame(stored, model);
        }
    }

    @Test
    void aCrashAfterAnyWriteIsHealedByReadingAgain() {
        long seed = RandomLog.seed();
        List<AllocationChange> log = RandomLog.of(new Random(seed), 60);
        TornStore whole = new TornStore();
        tell(new StoredRealm("main", whole, serde), log);
        for (int stop = 0; stop < log.size(); stop++) {
            for (int writes = 0; writes < 9; writes++) { // no change takes more
                TornStore torn = new TornStore();
                StoredRealm realm = new StoredRealm("main", torn, serde);
                tell(realm, log.subList(0, stop));
                torn.keep(writes);
                AllocationApplier.apply(realm, log.get(stop));
                torn.keepAll();
                tell(new StoredRealm("main", torn, serde), log.subList(stop, log.size()));
                assertThat(torn.dump())
                        .as("stopped in %s after %d writes, seed %d", log.get(stop), writes, seed)
                        .isEqualTo(whole.dump());
            }
        }
    }

    @Test
    void workersWhoseNamesBeginAlikeAreKeptApart() {
        StoredRealm realm = new StoredRealm("main", new TornStore(), serde);
        List<String> workers = List.of("w1", "w", "w10", "w1}", "w1~");
        for (String worker : workers) {
            InstanceName name = new InstanceName(World.S, workers.indexOf(worker));
            AllocationApplier.apply(
                    realm, World.given(1, World.instance(name, worker, "10.18.30.65", InstanceState.READY)));
        }
        assertThat(realm.instancesOn("w1"))
                .singleElement()
                .satisfies(placed -> assertThat(placed.worker()).isEqualTo("w1"));
        assertThat(realm.instances(null)).hasSize(5);
    }

    private static void tell(RoutingState state, List<AllocationChange> log) {
        for (AllocationChange change : log) {
            if (AllocationDecider.decide(state, change).news()) {
                AllocationApplier.apply(state, change);
            }
        }
    }

    private static void assertSame(RoutingState stored, RoutingState model) {
        assertThat(stored.version()).isEqualTo(model.version());
        assertThat(stored.service(World.S)).isEqualTo(model.service(World.S));
        for (String worker : List.of("w1", "w2", "w3")) {
            assertThat(stored.worker(worker)).isEqualTo(model.worker(worker));
            assertThat(stored.instancesOn(worker)).isEqualTo(model.instancesOn(worker));
        }
    }
}
