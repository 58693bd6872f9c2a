package io.xylem.allocator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.RealmSettings;
import io.xylem.balancing.Policies;
import io.xylem.balancing.RoundRobin;
import io.xylem.schemas.json.EventJson;
import io.xylem.schemas.json.OutcomeJson;
import io.xylem.schemas.json.StateJson;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the text that a user publishes to the texts that a user sees. */
@NullUnmarked // JUnit fills the fields
class EventToJsonTest {
    @TempDir
    private Path directory;

    private Driver driver;
    private int events;

    @BeforeEach
    void open() {
        driver = new Driver(
                directory, new AddressPlan(RealmSettings.defaults(new Policies(List.of(new RoundRobin())))), 1);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void aWeightTravelsToTheAllocationAndStaysOverAMigration() {
        publish(
                "{'type':'WorkerJoined','worker':'w1','cluster':'c','underlay':{'address':'192.168.77.1','port':50103}}");
        publish(
                "{'type':'WorkerJoined','worker':'w2','cluster':'c','underlay':{'address':'192.168.77.2','port':50103}}");
        publish("{'type':'ServiceRegistered','service':'A.prod.S.prod'}");
        publish("{'type':'InstanceScheduled','service':'A.prod.S.prod','instance':1,'worker':'w1'}");
        assertThat(allocations())
                .last()
                .asString()
                .isEqualTo(
                        "{'type':'InstanceAllocation','realm':'main','version':3,'service':'A.prod.S.prod','instance':1,"
                                + "'worker':'w1','instanceIp':{'v4':'10.30.0.2','v6':'fdff::1'},"
                                + "'namespaceIp':{'v4':'10.18.0.1','v6':'fc00::1'},'readiness':'SCHEDULED','weight':1}");
        publish("{'type':'InstanceReady','service':'A.prod.S.prod','instance':1}");
        publish("{'type':'InstanceScheduled','service':'A.prod.S.prod','instance':1,'worker':'w1','weight':250}");
        publish("{'type':'InstanceScheduled','service':'A.prod.S.prod','instance':1,'worker':'w1','weight':250}");
        publish("{'type':'InstanceMigrated','service':'A.prod.S.prod','instance':1,'worker':'w2'}");
        List<String> changes = allocations();
        assertThat(changes).hasSize(3);
        assertThat(changes.get(1)).endsWith("'readiness':'READY','weight':250}");
        assertThat(changes.get(2)).contains("'worker':'w2'").endsWith("'readiness':'SCHEDULED','weight':250}");
        publish("{'type':'InstanceScheduled','service':'A.prod.S.prod','instance':2,'worker':'w1','weight':1001}");
        assertThat(outcomes())
                .last()
                .asString()
                .isEqualTo(
                        "{'id':'e8','offset':8,'type':'InstanceScheduled','status':'rejected','code':'MALFORMED_EVENT',"
                                + "'message':'instance A.prod.S.prod#2 asks for weight 1001; allowed: 1 to 1000'}");
    }

    @Test
    void theOutcomeOfSettingsTellsAllThatHold() {
        publish("{'type':'RealmConfigured','settings':{'worker.v6':'fd00::/16','rest.ms':'20000'}}");
        publish("{'type':'RealmConfigured','settings':{'rest.ms':'20000'}}");
        publish("{'type':'RealmConfigured','settings':{'instance.v6':'fdfe::/32'}}");
        String settings = "'settings':{'event.memory.ms':'86400000','instance.v6':'fdff::/21,fdff:800::/21',"
                + "'rest.confirmed.ms':'10000','rest.ms':'20000','service.v4':'10.30.0.0/16',"
                + "'service.v6.RR':'fdff:2000::/21','worker.v4':'10.18.0.0/16','worker.v4.length':'26',"
                + "'worker.v6':'fd00::/16','worker.v6.length':'120'}}";
        assertThat(outcomes())
                .containsExactly(
                        "{'id':'e0','offset':0,'type':'RealmConfigured','status':'accepted'," + settings,
                        "{'id':'e1','offset':1,'type':'RealmConfigured','status':'accepted','unchanged':true,"
                                + settings,
                        "{'id':'e2','offset':2,'type':'RealmConfigured','status':'rejected','code':'POOL_RESERVED',"
                                + "'message':'setting instance.v6 has the prefix fdfe::/32, which overlaps fdfe::/16,"
                                + " and that is reserved by the address plan; allowed: prefixes outside of it'}");
    }

    private void publish(String json) {
        EventJson reader = new EventJson(() -> "e" + events++, InstantSource.fixed(Instant.EPOCH));
        driver.publish(reader.read(json.replace('\'', '"')));
    }

    private List<String> allocations() {
        return driver.allocations().stream()
                .map(record -> StateJson.write(record.value()).replace('"', '\''))
                .toList();
    }

    private List<String> outcomes() {
        return driver.outcomes().stream()
                .map(record -> OutcomeJson.write(record.value()).replace('"', '\''))
                .toList();
    }
}
