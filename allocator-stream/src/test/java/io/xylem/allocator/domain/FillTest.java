package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.Rejection.Code;
import io.xylem.model.ServiceName;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Each kind of pool to its last address, the refusal and what it says, back to empty in any order, and full again from what
 * has rested, longest first. The whole realm at once: {@link FullRealmTest}.
 */
class FillTest {
    private static final String W = "w1";

    private final Random random = new Random(RandomEvents.seed(getClass()));

    /**
     * @param pool that runs out
     * @param take an event that takes one slot of it, asking for the address if there is one
     * @param giveBack takes that event back
     * @param given the pool's address in the answer to {@code take}
     * @param addresses all of the pool, in the order of hand-out
     */
    private record Kind(
            String pool, Code code, Taking take, IntFunction<Event> giveBack, Given given, List<String> addresses) {}

    private interface Taking {
        Event event(int n, @Nullable String requested);
    }

    private interface Given {
        String address(Details details);
    }

    @Test
    void serviceIpsOfTheDefaultPool() {
        fill(new Realm(Realm.DEFAULTS), true, services("v4", hosts("10.30.", 1, 65_534)));
    }

    @Test
    void serviceIpsOfAPoolOfSeveralPrefixes() {
        List<String> addresses = new ArrayList<>(hosts("10.31.", 17, 22));
        addresses.addAll(hosts("10.30.", 1, 14));
        addresses.addAll(hosts("10.32.", 255 * 256 + 253, 255 * 256 + 254));
        fill(
                realm(Map.of("service.v4", "10.31.0.16/29,10.30.0.0/28,10.32.255.252/30")),
                true,
                services("v4", addresses));
    }

    @Test
    void serviceIpsOfASmallIpv6Pool() {
        List<String> addresses = new ArrayList<>(hex("fdff:7000::", 1, 0xff));
        addresses.addAll(hex("fdff:2000::a", 0x1, 0x3));
        fill(
                realm(Map.of("service.v6.RR", "fdff:7000::/120,fdff:2000::a0/126")),
                true,
                services("v6-ip-RR", addresses));
    }

    @Test
    void instanceIpsOfASmallIpv6Pool() {
        Realm realm =
                realm(Map.of("instance.v6", "fdff:9000::/120", "worker.v4", "10.18.0.0/16", "worker.v4.length", "23"));
        realm.withWorkers(W).withService(Realm.S);
        fill(
                realm,
                false,
                instances(
                        "v6-instance",
                        Code.POOL_EXHAUSTED,
                        hex("fdff:9000::", 1, 0xff),
                        placed -> placed.instanceIp().v6().toString()));
    }

    @Test
    void namespaceIpsOfAWorkersSubnet() {
        Realm realm = new Realm(Realm.DEFAULTS).withWorkers("w0", W).withService(Realm.S);
        fill(
                realm,
                false,
                instances(
                        "ns-" + W,
                        Code.WORKER_FULL,
                        hosts("10.18.", 65, 126),
                        placed -> placed.namespaceIp().v4().toString()));
    }

    /** IPv6 has fewer addresses here than IPv4. */
    @Test
    void namespaceIpsOfASmallIpv6Subnet() {
        Realm realm = realm(Map.of("worker.v6", "fd00::/64", "worker.v6.length", "125"))
                .withWorkers("w0", W)
                .withService(Realm.S);
        fill(
                realm,
                false,
                instances(
                        "ns-" + W,
                        Code.WORKER_FULL,
                        hex("fd00::", 9, 0xf),
                        placed -> placed.namespaceIp().v6().toString()));
    }

    @Test
    void workerSubnets() {
        List<String> subnets = IntStream.range(0, 1_024)
                .mapToObj(i -> "10.18." + i / 4 + "." + i % 4 * 64 + "/26")
                .toList();
        fill(
                new Realm(Realm.DEFAULTS),
                false,
                new Kind(
                        "subnets",
                        Code.WORKER_POOL_EXHAUSTED,
                        (n, requested) -> Realm.joined("w" + n),
                        n -> new Event.WorkerLeft("w" + n),
                        details -> String.valueOf(((Details.OfWorker) details).subnet())
                                .split(" ", 2)[0],
                        subnets));
    }

    private Realm realm(Map<String, String> settings) {
        Realm realm = new Realm(Realm.DEFAULTS);
        realm.ok(new Event.RealmConfigured(settings));
        return realm;
    }

    private void fill(Realm realm, boolean withRequests, Kind kind) {
        Replica replica = new Replica(realm, Realm.DEFAULTS);
        int capacity = kind.addresses().size();
        List<String> byNumber = new ArrayList<>(Collections.nCopies(capacity, ""));
        TreeSet<Integer> fresh =
                new TreeSet<>(IntStream.range(0, capacity).boxed().toList());
        long runAtEnd = 0;
        for (int n = 0; n < capacity; n++) {
            boolean isRequested = withRequests && random.nextInt(10) == 0;
            // One of those ahead, or the very last; then those that nobody asked for, ascending.
            Integer slot = isRequested ? fresh.ceiling(random.nextInt(fresh.last() + 1)) : fresh.first();
            if (slot == capacity - 1 && fresh.first() < slot) {
                runAtEnd =
                        1; // no fresh slot comes after it, by which it would be skipped: it waits for the pool to grow
            }
            fresh.remove(slot);
            String expected = kind.addresses().get(slot);
            Details details = realm.ok(kind.take().event(n, isRequested ? expected : null));
            assertThat(kind.given().address(details)).as("number " + n).isEqualTo(expected);
            byNumber.set(n, expected);
        }
        assertThat(realm.refused(kind.code(), kind.take().event(capacity, null)))
                .contains(capacity + " are held, none rests");
        replica.check();

        List<Integer> order =
                new ArrayList<>(IntStream.range(0, capacity).boxed().toList());
        Collections.shuffle(order, random);
        Queue<String> rested = new ArrayDeque<>();
        long firstMs = 0;
        for (int n : order) {
            realm.ok(kind.giveBack().apply(n));
            firstMs = firstMs == 0 ? realm.nowMs : firstMs;
            rested.add(byNumber.get(n));
            if (rested.size() == capacity / 2) {
                assertThat(realm.refused(kind.code(), kind.take().event(capacity, null)))
                        .contains((capacity - rested.size()) + " are held, " + rested.size() + " rest, the first until "
                                + Instant.ofEpochMilli(firstMs + 60_000));
            }
        }
        assertThat(Applier.pool(realm.store, kind.pool()).held()).isZero();
        replica.check();

        realm.passMs(60_000);
        for (int n = 0; n < capacity; n++) {
            assertThat(kind.given().address(realm.ok(kind.take().event(capacity + n, null))))
                    .as("number " + n + " of the second time")
                    .isEqualTo(rested.remove());
        }
        realm.refused(kind.code(), kind.take().event(2 * capacity, null));
        for (int n = 0; n < capacity; n++) {
            realm.ok(kind.giveBack().apply(capacity + n));
        }
        assertThat(Applier.pool(realm.store, kind.pool()))
                .as("nothing leaks")
                .extracting(Pool::held, Pool::resting, Pool::runs)
                .containsExactly(0L, (long) capacity, runAtEnd);
        replica.check();
    }

    private static Kind services(String pool, List<String> addresses) {
        boolean isV4 = pool.equals("v4");
        return new Kind(
                pool,
                Code.POOL_EXHAUSTED,
                (n, requested) -> Realm.registered(
                        "A.prod.S" + n + ".prod",
                        new Event.AddressRequest("RR", isV4 ? requested : null, isV4 ? null : requested)),
                n -> new Event.ServiceRemoved(ServiceName.parse("A.prod.S" + n + ".prod")),
                details -> {
                    var ip = ((Details.OfService) details)
                            .serviceIps()
                            .getFirst()
                            .address();
                    return (isV4 ? ip.v4() : ip.v6()).toString();
                },
                addresses);
    }

    private interface Placed {
        String address(Details.OfPlacement placed);
    }

    private static Kind instances(String pool, Code code, List<String> addresses, Placed given) {
        return new Kind(
                pool,
                code,
                (n, requested) -> Realm.scheduled(Realm.S, n, W),
                n -> Realm.removed(Realm.S, n),
                details -> given.address((Details.OfPlacement) details),
                addresses);
    }

    private static List<String> hosts(String network, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> network + i / 256 + "." + i % 256)
                .toList();
    }

    private static List<String> hex(String network, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> network + Integer.toHexString(i))
                .toList();
    }
}
