package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.Rejection.Code;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The address plan's realm with every address of every pool in use at once; then none; then all again. */
class FullRealmTest {
    private static final int WORKERS = 1_024;
    private static final int HOSTS = 62;
    private static final int INSTANCES = WORKERS * HOSTS;
    private static final int SERVICES = 65_534 - INSTANCES;

    private final Random random = new Random(RandomEvents.seed(getClass()));
    private final Realm realm = new Realm(Realm.DEFAULTS);
    private final Replica replica = new Replica(realm, Realm.DEFAULTS);

    @Test
    void fullEmptyAndFullAgain() {
        List<String> ascending = IntStream.rangeClosed(1, 65_534)
                .mapToObj(i -> "10.30." + i / 256 + "." + i % 256)
                .toList();
        Map<String, String> addresses = fill("a", new ArrayDeque<>(ascending));
        Queue<String> released = empty("a", addresses);
        realm.passMs(60_000);
        fill("b", released);
        assertThat(released).isEmpty();
        empty("b", Map.of());
    }

    /** @param expected the semantic IPv4 addresses that the realm should give, in this order */
    private Map<String, String> fill(String life, Queue<String> expected) {
        Map<String, String> addresses = new TreeMap<>();
        for (int w = 0; w < WORKERS; w++) {
            realm.ok(Realm.joined(life + w));
        }
        assertThat(realm.refused(Code.WORKER_POOL_EXHAUSTED, Realm.joined(life + WORKERS)))
                .contains("1024 are held, none rests");
        for (int s = 0; s < SERVICES; s++) {
            Details.OfService service = (Details.OfService) realm.ok(Realm.registered(service(life, s)));
            assertThat(service.serviceIps().getFirst().address().v4()).hasToString(expected.remove());
            addresses.put(
                    service(life, s),
                    service.serviceIps().getFirst().address().v4().toString());
        }
        for (int n = 0; n < INSTANCES; n++) {
            int worker = n % WORKERS;
            Details.OfPlacement placed = realm.schedule(service(life, n % SERVICES), n, life + worker);
            assertThat(placed.instanceIp().v4()).hasToString(expected.remove());
            addresses.put(instance(life, n), placed.instanceIp().v4().toString());
            if (n / WORKERS == HOSTS - 1 && n < INSTANCES - 1) {
                assertThat(realm.refused(Code.WORKER_FULL, Realm.scheduled(service(life, 0), INSTANCES, life + worker)))
                        .contains("62 are held, none rests");
            }
        }
        for (Event event : new Event[] {
            Realm.scheduled(service(life, 0), INSTANCES, life + 1), Realm.registered("too.many.too.many")
        }) {
            assertThat(realm.refused(Code.POOL_EXHAUSTED, event)).contains("65534 are held, none rests");
        }
        realm.refused(Code.WORKER_FULL, Realm.migrated(service(life, 5), 5, life + 9));
        assertThat(Allocator.held(realm.store))
                .containsEntry("v4", 65_534L)
                .containsEntry("subnets", 1_024L)
                .containsEntry("v6-instance", (long) INSTANCES)
                .containsEntry("v6-ip-RR", (long) SERVICES);
        replica.check();
        return addresses;
    }

    /** @return the semantic IPv4 addresses in the order in which they were released */
    private Queue<String> empty(String life, Map<String, String> addresses) {
        Queue<String> released = new ArrayDeque<>();
        List<Integer> instances = shuffled(INSTANCES);
        List<Integer> workers = shuffled(WORKERS);
        // Half of the workers leave with what is on them, in the order of its namespace IPs, which is that of its
        // numbers.
        Set<Integer> leaving = new HashSet<>(workers.subList(0, WORKERS / 2));
        for (int n : instances) {
            if (!leaving.contains(n % WORKERS)) {
                realm.ok(Realm.removed(service(life, n % SERVICES), n));
                released.add(addresses.getOrDefault(instance(life, n), ""));
            }
        }
        for (int w : workers) {
            realm.ok(new Event.WorkerLeft(life + w));
            for (int n = w; leaving.contains(w) && n < INSTANCES; n += WORKERS) {
                released.add(addresses.getOrDefault(instance(life, n), ""));
            }
        }
        for (int s : shuffled(SERVICES)) {
            realm.ok(Realm.removed(service(life, s)));
            released.add(addresses.getOrDefault(service(life, s), ""));
        }
        nothingIsLeft();
        replica.check();
        return released;
    }

    private void nothingIsLeft() {
        assertThat(Allocator.held(realm.store).values()).containsOnly(0L);
        for (Tables.Table<?> table : List.of(Tables.WORKERS, Tables.SERVICES, Tables.INSTANCES, Tables.SPANS)) {
            assertThat(realm.store.table(table).first(""))
                    .as("table " + table.code())
                    .isNull();
        }
        assertThat(realm.store.table(Tables.HOLDINGS).list("", 1_000_000))
                .as("whatever is noted rests, and is of a pool that can run out or be asked for")
                .allMatch(entry -> entry.getValue().rest() != null)
                .allMatch(entry -> entry.getKey().matches("(v4|subnets|v6-ip-RR)\\|.*"));
        assertThat(realm.store.table(Tables.POOLS).list("", 99))
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("v4", "subnets", "v6-instance", "v6-ip-RR");
        assertThat(Applier.tally(realm.store).hash()).isEqualTo(StateHash.EMPTY);
    }

    private List<Integer> shuffled(int count) {
        List<Integer> numbers =
                new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(numbers, random);
        return numbers;
    }

    private static String service(String life, int s) {
        return life + ".prod.S" + s + ".prod";
    }

    private static String instance(String life, int n) {
        return life + "#" + n;
    }
}
