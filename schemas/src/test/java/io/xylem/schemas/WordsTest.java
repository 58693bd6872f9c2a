package io.xylem.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.schemas.avro.Readiness;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, headers, partitions, and the model's words in Avro. */
class WordsTest {
    private static final ServiceName SERVICE = ServiceName.parse("A.prod.S.prod");

    @Test
    void keysSayRealmKindAndName() {
        assertThat(Keys.worker("main", "w1")).isEqualTo("main|worker|w1");
        assertThat(Keys.service("main", SERVICE)).isEqualTo("main|service|A.prod.S.prod");
        assertThat(Keys.instance("main", new InstanceName(SERVICE, 1))).isEqualTo("main|instance|A.prod.S.prod|1");
    }

    @Test
    void aKeyIsReadBack() {
        assertThat(Keys.parse("main|worker|w1")).isEqualTo(new Keys.Entity.Worker("main", "w1"));
        assertThat(Keys.parse("main|service|A.prod.S.prod")).isEqualTo(new Keys.Entity.Service("main", SERVICE));
        assertThat(Keys.parse("main|instance|A.prod.S.prod|12"))
                .isEqualTo(new Keys.Entity.Instance("main", new InstanceName(SERVICE, 12)));
        assertThat(Keys.realmOf("main|worker|w1")).isEqualTo("main");
        assertThat(Keys.realmOf("main")).isEqualTo("main");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "main",
                "main|worker",
                "main|worker|",
                "|worker|w1",
                "main|worker|w1|2",
                "main|router|w1",
                "main|service|A",
                "main|instance|A.prod.S.prod",
                "main|instance|A.prod.S.prod|x",
                "main|instance|A.prod.S.prod|-1",
                "main|instance|A.prod.S.prod|2999999999"
            })
    void anythingElseIsNoKey(String key) {
        assertThatThrownBy(() -> Keys.parse(key)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNameWithTheSeparatorMakesNoKey() {
        assertThatThrownBy(() -> Keys.worker("a|b", "w1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a|b");
        assertThatThrownBy(() -> Keys.worker("main", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatAWorkerIsToldHasTheKeyOfTheRouteBehindTheWorkers() {
        String route = Keys.instance("main", new InstanceName(SERVICE, 1));
        String fed = Keys.fed("w1", route);
        assertThat(fed).isEqualTo("main|for|w1|instance|A.prod.S.prod|1").startsWith(Keys.fedPrefix("main", "w1"));
        assertThat(Keys.parseFed(fed)).isEqualTo(new Keys.Fed("main", "w1", route));
        assertThat(Keys.parseFed(Keys.fed("w1", Keys.address("main", "fdff::9")))
                        .key())
                .isEqualTo("main|address|fdff::9");
        assertThatThrownBy(() -> Keys.parseFed(route))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(route);
    }

    @Test
    void workersWithANumberInTheirNameShareNoPartition() {
        int first = RealmPartitioner.partition("main", "w0", 128);
        assertThat(first).isEqualTo(BuiltInPartitioner.partitionForKey("main|w#".getBytes(UTF_8), 128));
        for (int n = 0; n < 128; n++) {
            assertThat(RealmPartitioner.partition("main", "w" + n, 128)).isEqualTo((first + n) % 128);
        }
        assertThat(RealmPartitioner.partition("main", "w999999999", 128)).isEqualTo((first + 999_999_999) % 128);
        assertThat(RealmPartitioner.partition("main", "w007", 128)).isEqualTo((first + 7) % 128);
    }

    /** Also if a name is nothing but digits, or has more of them than a number may have. */
    @Test
    void otherWorkersAreSpreadByTheHashOfTheirNames() {
        int[] workers = new int[16];
        for (int n = 0; n < 1_600; n++) {
            workers[RealmPartitioner.partition("main", "w" + n + ".example", 16)]++;
            assertThat(RealmPartitioner.partition("main", "1234567890" + n, 16)).isBetween(0, 15);
        }
        assertThat(Arrays.stream(workers)).allMatch(count -> count > 50 && count < 150);
        assertThat(RealmPartitioner.partition("main", "17", 16)).isBetween(0, 15);
    }

    @Test
    void moreIsSaidByAHeaderOfItsOwn() {
        RecordHeaders headers = new RecordHeaders();
        assertThat(Headers.more(headers)).isFalse();
        Headers.setMore(headers);
        assertThat(Headers.more(headers)).isTrue();
    }

    @Test
    void aVersionIsDecimalTextAndReplaced() {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, 7);
        Headers.setVersion(headers, 12);
        assertThat(headers.toArray()).hasSize(1);
        assertThat(headers.lastHeader("xylem-version").value()).isEqualTo("12".getBytes(UTF_8));
        assertThat(Headers.version(headers)).isEqualTo(12);
    }

    @Test
    void aMissingOrMalformedVersionIsRefused() {
        assertThatThrownBy(() -> Headers.version(new RecordHeaders()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("xylem-version");
        RecordHeaders headers = new RecordHeaders();
        headers.add("xylem-version", "seven".getBytes(UTF_8));
        assertThatThrownBy(() -> Headers.version(headers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("seven");
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "tenant-7", "größe"})
    void aRecordLiesWhereKafkaWouldPutItsRealm(String realm) {
        Node node = new Node(1, "localhost", 1);
        List<PartitionInfo> partitions = java.util.stream.IntStream.range(0, 12)
                .mapToObj(i -> new PartitionInfo("t", i, node, new Node[] {node}, new Node[] {node}))
                .toList();
        Cluster cluster = new Cluster("c", List.of(node), partitions, java.util.Set.of(), java.util.Set.of());
        int kafkas = BuiltInPartitioner.partitionForKey(realm.getBytes(UTF_8), 12);
        assertThat(RealmPartitioner.partition(realm, 12)).isEqualTo(kafkas);
        try (RealmPartitioner partitioner = new RealmPartitioner()) {
            assertThat(partitioner.partition("t", Keys.worker(realm, "w1"), null, null, null, cluster))
                    .isEqualTo(kafkas);
            assertThatThrownBy(() -> partitioner.partition("t", null, null, null, null, cluster))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void wordsComeBackEqual() {
        DualAddress address = new DualAddress(Ipv4.parse("10.30.255.254"), Ipv6.parse("fdff:2000::1"));
        DualPrefix subnet = new DualPrefix(Ipv4Prefix.parse("10.18.30.64/26"), Ipv6Prefix.parse("fc00::7900/120"));
        Endpoint endpoint = new Endpoint("2001:db8::1", 50103);
        Location location = new Location(48.1, 11.6);
        List<ServiceIp> serviceIps = List.of(new ServiceIp("RR", address));
        assertThat(AvroWords.toModel(AvroWords.toAvro(address))).isEqualTo(address);
        assertThat(AvroWords.toModel(AvroWords.toAvro(subnet))).isEqualTo(subnet);
        assertThat(AvroWords.toModel(AvroWords.toAvro(endpoint))).isEqualTo(endpoint);
        assertThat(AvroWords.toModel(AvroWords.toAvro(location))).isEqualTo(location);
        assertThat(AvroWords.toModel(AvroWords.toAvro(serviceIps))).isEqualTo(serviceIps);
    }

    @ParameterizedTest
    @EnumSource(InstanceState.class)
    void statesComeBackEqualAndKeepTheirNames(InstanceState state) {
        assertThat(AvroWords.toAvro(state).name()).isEqualTo(state.name());
        assertThat(AvroWords.toModel(AvroWords.toAvro(state))).isEqualTo(state);
        assertThat(Readiness.values()).hasSameSizeAs(InstanceState.values());
    }
}
