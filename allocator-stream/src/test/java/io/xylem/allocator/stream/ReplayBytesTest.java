package io.xylem.allocator.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.Allocator;
import io.xylem.allocator.domain.Event;
import io.xylem.allocator.domain.InMemoryRealmStore;
import io.xylem.allocator.domain.RandomEvents;
import io.xylem.allocator.domain.Realm;
import io.xylem.allocator.domain.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same log gives the same bytes, in the topics and in RocksDB; and the store in memory has the same content. */
class ReplayBytesTest {
    private static final int EVENTS = 1_500;

    @Test
    void theSameLogTwice(@TempDir Path one, @TempDir Path other) {
        long seed = RandomEvents.seed(getClass());
        AddressPlan plan = new AddressPlan(Realm.SMALL);
        InMemoryRealmStore memory = new InMemoryRealmStore("main", plan);
        List<String> firstOut = new ArrayList<>();
        Map<String, String> first = run(one, plan, seed, firstOut);
        List<String> secondOut = new ArrayList<>();
        assertThat(run(other, plan, seed, secondOut)).isEqualTo(first);
        assertThat(secondOut).isEqualTo(firstOut).hasSizeGreaterThan(EVENTS);

        RandomEvents events = new RandomEvents(seed);
        long nowMs = 1_700_000_000_000L;
        for (int i = 0; i < EVENTS; i++) {
            nowMs += events.stepMs() + 1;
            Allocator.handle(memory, "event-" + i, events.next(i), nowMs, i);
        }
        Map<String, String> expected = new TreeMap<>();
        memory.contents().forEach((key, value) -> {
            // What is held follows from who holds it.
            if (!(value instanceof State.Holding holding && holding.rest() == null)) {
                expected.put("main|" + key, new String(StoreFormat.write(value), UTF_8));
            }
        });
        assertThat(first).isEqualTo(expected);
    }

    private static Map<String, String> run(Path directory, AddressPlan plan, long seed, List<String> out) {
        RandomEvents events = new RandomEvents(seed);
        try (Driver driver = new Driver(directory, plan, 1)) {
            for (int i = 0; i < EVENTS; i++) {
                driver.passMs(events.stepMs());
                Event event = events.next(i);
                driver.publish(AvroEvents.event("event-" + i, AvroEvents.body(event)));
            }
            out.addAll(driver.bytesOut());
            return driver.stored();
        }
    }
}
