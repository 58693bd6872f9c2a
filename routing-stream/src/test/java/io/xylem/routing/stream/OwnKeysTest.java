package io.xylem.routing.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.routing.domain.World;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.OwnKeys;
import io.xylem.schemas.avro.TunnelKeys;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of the tunnel on their way from the worker whose they are to all others. */
class OwnKeysTest {
    private static final List<ByteBuffer> KEYS = List.of(ByteBuffer.wrap(new byte[32]));

    @TempDir
    Path directory;

    private Driven driven = new Driven(Path.of("unopened"));

    @BeforeEach
    void twoWorkers() {
        driven.close();
        driven = new Driven(directory);
        driven.give(1, World.worker("w1", "192.168.77.1"));
        driven.give(2, World.worker("w2", "192.168.77.2"));
    }

    @AfterEach
    void close() {
        driven.close();
    }

    private void say(String key, String worker, String address) {
        driven.say(Keys.ownKeys("main", key), worker, new OwnKeys(address, KEYS));
    }

    @Test
    void keysAtTheWorkersOwnAddressAreTold() {
        say("w1", "w1", "192.168.77.1");
        assertThat(driven.tunnelKeys.readKeyValuesToList())
                .containsExactly(KeyValue.pair("main|worker|w1", new TunnelKeys("main", "w1", "192.168.77.1", KEYS)));
        driven.give(3, World.worker("w1", "192.168.77.9"));
        say("w1", "w1", "192.168.77.9");
        assertThat(driven.tunnelKeys.readValue().getAddress()).isEqualTo("192.168.77.9");
        assertThat(driven.count("xylem.routing.reports", "verdict", "believed")).isEqualTo(2);
    }

    @Test
    void keysAtAnothersAddressAreRefusedAndCounted() {
        say("w2", "w2", "192.168.77.1");
        say("w9", "w9", "192.168.77.9"); // has not joined
        assertThat(driven.tunnelKeys.isEmpty()).isTrue();
        assertThat(driven.count("xylem.routing.reports", "verdict", "address_of_another"))
                .isEqualTo(2);
    }

    @Test
    void keysUnderAnothersKeyOrWithoutAnAddressAreDeadLetters() {
        say("w1", "w2", "192.168.77.2");
        say("w2", "w2", "nowhere");
        assertThat(driven.deadLetters.readRecordsToList()).hasSize(2);
        assertThat(driven.tunnelKeys.isEmpty()).isTrue();
    }
}
