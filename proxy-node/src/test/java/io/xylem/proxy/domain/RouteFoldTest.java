package io.xylem.proxy.domain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.InstanceWithdrawn;
import io.xylem.proxy.domain.RouteUpdate.OfInstance;
import io.xylem.proxy.domain.RouteUpdate.OfService;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.proxy.domain.RouteUpdate.ServiceWithdrawn;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouteFoldTest {
    private static final int ADDRESSES = 12;

    @Test
    void theSameUpdatesInAnyOrderGiveTheSameTable() {
        Random random = Seed.random();
        for (int round = 0; round < 200; round++) {
            List<RouteUpdate> history = history(random, 80);
            Map<String, Object> expected = naive(history);
            assertThat(dump(fold(history))).isEqualTo(expected);
            assertThat(dump(fold(history.reversed()))).isEqualTo(expected);
            assertThat(dump(fold(latestOfEach(history)))).isEqualTo(expected);
            List<RouteUpdate> shuffled = new ArrayList<>(history);
            shuffled.addAll(history.subList(20, 60));
            for (int i = 0; i < 5; i++) {
                Collections.shuffle(shuffled, random);
                RouteFold fold = fold(shuffled);
                assertThat(dump(fold)).isEqualTo(expected);
                assertThat(fold.updates())
                        .containsExactlyElementsOf(fold(history).updates().toList());
                assertThat(dump(fold(fold.updates().toList()))).isEqualTo(expected);
            }
        }
    }

    @Test
    void tablesMadeBetweenUpdatesChangeNeitherThemselvesNorTheLastOne() {
        Random random = Seed.random();
        List<RouteUpdate> history = history(random, 300);
        RouteFold fold = new RouteFold("w0");
        List<RouteTable> tables = new ArrayList<>();
        List<Map<String, Object>> seen = new ArrayList<>();
        for (RouteUpdate update : history) {
            fold.apply(update);
            tables.add(fold.table());
            seen.add(dump(fold.table()));
        }
        for (int i = 0; i < tables.size(); i++) {
            assertThat(dump(tables.get(i))).isEqualTo(seen.get(i));
            assertThat(seen.get(i)).isEqualTo(naive(history.subList(0, i + 1)));
        }
    }

    /**
     * In the feed of one worker an interest may end and begin anew, which forgets versions; there each key's own order is
     * kept, as a partition keeps it. Between keys any order, a tail read twice, and compaction change nothing.
     */
    @Test
    void theFeedOfInterestsGivesTheSameTableInAnyOrderThatKeepsThatOfEachKey() {
        Random random = Seed.random();
        for (int round = 0; round < 200; round++) {
            List<Object> feed = feed(random, 100);
            Map<String, Object> expected = dump(read(feed));
            expected.remove("version");
            List<List<Object>> variants = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                variants.add(interleaved(feed, random));
            }
            List<Object> replayed = new ArrayList<>(feed);
            replayed.addAll(feed.subList(random.nextInt(feed.size()), feed.size()));
            variants.add(replayed);
            Map<Object, Object> compacted = new LinkedHashMap<>();
            for (Object record : feed) {
                compacted.remove(key(record));
                compacted.put(key(record), record);
            }
            variants.add(List.copyOf(compacted.values()));
            for (List<Object> variant : variants) {
                Map<String, Object> seen = dump(read(variant));
                seen.remove("version");
                assertThat(seen).isEqualTo(expected);
            }
        }
    }

    @Test
    void whatIsForgottenLeavesNothing() {
        RouteFold fold = new RouteFold("w0");
        InstanceAt at = instance(0, 1, 3, 4, 0, InstanceState.READY, 5);
        fold.apply(at);
        fold.apply(new ServiceKnown(service(0), List.of(new ServiceIp("RR", address(2, 1, 1))), 6));
        fold.apply(new InstanceWithdrawn(new InstanceName(service(0), 2), 7));
        assertThat(fold.forget(at.instance())).isTrue();
        assertThat(fold.forget(at.instance())).isFalse();
        assertThat(fold.forget(new InstanceName(service(0), 2))).isFalse();
        assertThat(fold.forget(service(0))).isTrue();
        assertThat(fold.updates()).isEmpty();
        assertThat(fold.table().instanceCount()).isZero();
        assertThat(fold.table().serviceCount()).isZero();
        assertThat(fold.table().version()).isEqualTo(7);
        assertThat(fold.apply(instance(0, 1, 3, 4, 0, InstanceState.READY, 2))).isTrue();
    }

    @Test
    void aVersionIsReachedWithItsLastUpdate() {
        RouteFold fold = new RouteFold("w0");
        assertThat(fold.applyPart(instance(0, 1, 3, 4, 0, InstanceState.READY, 5)))
                .isTrue();
        assertThat(fold.table().version()).isEqualTo(-1);
        assertThat(fold.apply(instance(0, 1, 3, 4, 0, InstanceState.READY, 5)))
                .as("reached")
                .isTrue();
        assertThat(fold.table().version()).isEqualTo(5);
    }

    @Test
    void candidatesAreTheSameObjectAsLongAsNothingAboutThemChanges() {
        RouteFold fold = new RouteFold("w0");
        fold.apply(new ServiceKnown(service(0), List.of(new ServiceIp("RR", address(2, 1, 1))), 1));
        fold.apply(instance(0, 1, 3, 4, 0, InstanceState.READY, 2));
        ServiceAddress before = requireNonNull(fold.table().service(high(2, true), low(2, 1, true)));
        fold.apply(instance(0, 1, 3, 5, 0, InstanceState.READY, 3));
        fold.apply(instance(0, 2, 6, 7, 0, InstanceState.SCHEDULED, 4));
        ServiceAddress after = requireNonNull(fold.table().service(high(2, true), low(2, 1, true)));
        assertThat(after.candidates()).isSameAs(before.candidates());
        assertThat(after.placed()).isEqualTo(2);
        assertThat(after.usage()).isSameAs(before.usage());
    }

    /** Updates of rising versions, and names of services and instances that are to be forgotten. */
    private static List<Object> feed(Random random, int length) {
        List<Object> feed = new ArrayList<>();
        for (RouteUpdate update : history(random, length)) {
            feed.add(random.nextInt(4) == 0 ? key(update) : update);
        }
        return feed;
    }

    private static Object key(Object record) {
        return switch (record) {
            case OfInstance of -> of.instance();
            case OfService of -> of.service();
            default -> record;
        };
    }

    private static RouteFold read(List<Object> feed) {
        RouteFold fold = new RouteFold("w0");
        for (Object record : feed) {
            switch (record) {
                case RouteUpdate update -> fold.apply(update);
                case InstanceName instance -> fold.forget(instance);
                case ServiceName service -> fold.forget(service);
                default -> throw new AssertionError(record);
            }
        }
        return fold;
    }

    private static List<Object> interleaved(List<Object> feed, Random random) {
        Map<Object, Deque<Object>> byKey = new LinkedHashMap<>();
        feed.forEach(record ->
                byKey.computeIfAbsent(key(record), k -> new ArrayDeque<>()).add(record));
        List<Deque<Object>> queues = new ArrayList<>(byKey.values());
        List<Object> mixed = new ArrayList<>();
        while (!queues.isEmpty()) {
            Deque<Object> queue = queues.get(random.nextInt(queues.size()));
            mixed.add(queue.remove());
            if (queue.isEmpty()) {
                queues.remove(queue);
            }
        }
        return mixed;
    }

    @Test
    void whatIsNotNewerIsIgnoredAndSaysSo() {
        RouteFold fold = new RouteFold("w0");
        InstanceAt at = instance(0, 1, 3, 4, 0, InstanceState.READY, 5);
        assertThat(fold.apply(at)).isTrue();
        assertThat(fold.apply(at)).isFalse();
        assertThat(fold.apply(new InstanceWithdrawn(at.instance(), 4))).isFalse();
        assertThat(fold.find(at.instance())).contains(at);
        assertThat(fold.apply(new InstanceWithdrawn(at.instance(), 6))).isTrue();
        assertThat(fold.apply(at)).isFalse();
        assertThat(fold.find(at.instance())).isEmpty();
        assertThat(fold.table().version()).isEqualTo(6);
    }

    @Test
    void theMemoryOfWithdrawalsIsBoundedAndLosesTheOldest() {
        RouteFold fold = new RouteFold("w0", 2);
        for (int n = 1; n <= 3; n++) {
            fold.apply(new InstanceWithdrawn(new InstanceName(service(0), n), n * 10L));
        }
        assertThat(fold.updates().map(RouteUpdate::version)).containsExactly(20L, 30L);
        assertThat(fold.apply(instance(0, 2, 3, 4, 0, InstanceState.READY, 15))).isFalse();
        assertThat(fold.apply(instance(0, 1, 3, 4, 0, InstanceState.READY, 5))).isTrue();
        assertThat(fold.apply(instance(0, 2, 5, 6, 0, InstanceState.READY, 25))).isTrue();
        fold.apply(new InstanceWithdrawn(new InstanceName(service(0), 4), 40));
        assertThat(fold.updates().map(RouteUpdate::version)).containsExactly(5L, 25L, 30L, 40L);
    }

    @Test
    void aChangeOfOneRouteCopiesNoTable() {
        RouteFold fold = new RouteFold("w0");
        for (int service = 0; service < 630; service++) {
            for (int n = 0; n < 100; n++) {
                int address = service * 100 + n;
                fold.apply(instance(service, n, address, address, n % 7, InstanceState.READY, address));
            }
        }
        fold.table();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
            fold.apply(instance(i, 7, i * 100 + 7, i * 100 + 7, 1, InstanceState.UNREADY, 1_000_000 + i));
            fold.table();
        }
        long bytesPerChange = (threads.getCurrentThreadAllocatedBytes() - before) / 100;
        System.out.println(bytesPerChange + " bytes allocated per change among 63 000 routes");
        assertThat(bytesPerChange).isLessThan(63_000);
    }

    private static RouteFold fold(List<RouteUpdate> updates) {
        RouteFold fold = new RouteFold("w0");
        updates.forEach(fold::apply);
        return fold;
    }

    /** Everything that can be looked up, and the version. */
    private static Map<String, Object> dump(RouteFold fold) {
        return dump(fold.table());
    }

    private static Map<String, Object> dump(RouteTable table) {
        Map<String, Object> found = new TreeMap<>();
        for (int i = 0; i < ADDRESSES; i++) {
            for (boolean v4 : new boolean[] {true, false}) {
                put(found, "service", i, v4, seen(table.service(high(2, v4), low(2, i, v4))));
                put(found, "instance", i, v4, seen(table.instance(high(0, v4), low(0, i, v4))));
                put(found, "namespace", i, v4, seen(table.namespace(high(1, v4), low(1, i, v4))));
            }
        }
        found.put("version", table.version());
        return found;
    }

    private static void put(Map<String, Object> found, String kind, int i, boolean v4, @Nullable Object value) {
        if (value != null) {
            found.put(kind + i + (v4 ? "v4" : "v6"), value);
        }
    }

    private static @Nullable Object seen(@Nullable Target target) {
        return target == null ? null : target.route();
    }

    private static @Nullable Object seen(@Nullable ServiceAddress address) {
        return address == null
                ? null
                : List.of(
                        address.service(),
                        address.ipType(),
                        address.targets().stream().map(Target::route).toList());
    }

    /** The same by the definition: the latest of each subject; of several that claim an address the latest. */
    private static Map<String, Object> naive(List<RouteUpdate> history) {
        List<RouteUpdate> latest = latestOfEach(history);
        Map<String, Object> expected = new TreeMap<>();
        latest.stream().sorted(Comparator.comparingLong(RouteUpdate::version)).forEach(update -> {
            if (update instanceof InstanceAt at) {
                expected.put(name("instance", at.instanceIp().v4()) + "v4", at);
                expected.put(name("instance", at.instanceIp().v6()) + "v6", at);
                expected.put(name("namespace", at.namespaceIp().v4()) + "v4", at);
                expected.put(name("namespace", at.namespaceIp().v6()) + "v6", at);
            } else if (update instanceof ServiceKnown known) {
                List<InstanceAt> usable = latest.stream()
                        .filter(InstanceAt.class::isInstance)
                        .map(InstanceAt.class::cast)
                        .filter(at ->
                                at.instance().service().equals(known.service()) && at.state() == InstanceState.READY)
                        .sorted(Comparator.comparing(InstanceAt::instance))
                        .toList();
                for (ServiceIp ip : known.serviceIps()) {
                    Object value = List.of(known.service(), ip.ipType(), usable);
                    expected.put(name("service", ip.address().v4()) + "v4", value);
                    expected.put(name("service", ip.address().v6()) + "v6", value);
                }
            }
        });
        expected.put(
                "version",
                history.stream().mapToLong(RouteUpdate::version).max().orElse(-1));
        return expected;
    }

    private static List<RouteUpdate> latestOfEach(List<RouteUpdate> history) {
        Map<Object, RouteUpdate> latest = new HashMap<>();
        Function<RouteUpdate, Object> subject = update -> switch (update) {
            case OfInstance of -> of.instance();
            case OfService of -> of.service();
        };
        for (RouteUpdate update : history) {
            latest.merge(subject.apply(update), update, (a, b) -> a.version() > b.version() ? a : b);
        }
        return List.copyOf(latest.values());
    }

    /** Few subjects and few addresses, so that versions compete and addresses are claimed twice; v4 and v6 on their own. */
    private static List<RouteUpdate> history(Random random, int length) {
        List<RouteUpdate> history = new ArrayList<>();
        for (int version = 0; version < length; version++) {
            int service = random.nextInt(3);
            int n = random.nextInt(3);
            history.add(
                    switch (random.nextInt(10)) {
                        case 0 -> new ServiceWithdrawn(service(service), version);
                        case 1, 2 ->
                            new ServiceKnown(
                                    service(service),
                                    Stream.of("RR", "closest")
                                            .limit(random.nextInt(3))
                                            .map(type -> new ServiceIp(type, address(2, random)))
                                            .toList(),
                                    version);
                        case 3, 4 -> new InstanceWithdrawn(new InstanceName(service(service), n), version);
                        default ->
                            new InstanceAt(
                                    new InstanceName(service(service), n),
                                    address(0, random),
                                    address(1, random),
                                    "w" + random.nextInt(3),
                                    new Endpoint("192.168.77.1", 50_103),
                                    List.of(InstanceState.values()).get(random.nextInt(4)),
                                    version);
                    });
        }
        return history;
    }

    private static InstanceAt instance(
            int service, int n, int instanceIp, int namespaceIp, int worker, InstanceState state, long version) {
        return new InstanceAt(
                new InstanceName(service(service), n),
                address(0, instanceIp, instanceIp),
                address(1, namespaceIp, namespaceIp),
                "w" + worker,
                new Endpoint("192.168.77.1", 50_103),
                state,
                version);
    }

    private static ServiceName service(int number) {
        return new ServiceName("A", "prod", "S" + number, "prod");
    }

    private static DualAddress address(int kind, Random random) {
        return address(kind, random.nextInt(ADDRESSES), random.nextInt(ADDRESSES));
    }

    private static DualAddress address(int kind, int v4, int v6) {
        return new DualAddress(new Ipv4((int) low(kind, v4, true)), new Ipv6(high(kind, false), low(kind, v6, false)));
    }

    private static long high(int kind, boolean v4) {
        return v4 ? 0 : 0xfdff_0000_0000_0000L + kind;
    }

    private static long low(int kind, int i, boolean v4) {
        return v4 ? Addresses.mapped(0x0a00_0000 + (kind << 24) + i) : i;
    }

    private static String name(String kind, Ipv4 address) {
        return kind + (address.bits() & 0xff_ffff);
    }

    private static String name(String kind, Ipv6 address) {
        return kind + address.low();
    }
}
