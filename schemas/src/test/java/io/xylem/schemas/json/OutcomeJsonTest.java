package io.xylem.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.avro.AddressPair;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.Readiness;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceAllocation;
import io.xylem.schemas.avro.ServiceIpEntry;
import io.xylem.schemas.avro.UnderlayEndpoint;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The texts are those of the design: scripts rely on them. */
class OutcomeJsonTest {
    private static Outcome.Builder outcome(long offset, String type) {
        return Outcome.newBuilder()
                .setRealm("main")
                .setId("e1")
                .setOffset(offset)
                .setType(type)
                .setStatus(OutcomeStatus.ACCEPTED);
    }

    private static AddressPair pair(String v4, String v6) {
        return AvroWords.toAvro(new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6)));
    }

    @Test
    void aWorkersSubnet() {
        DualPrefix subnet = new DualPrefix(Ipv4Prefix.parse("10.18.30.64/26"), Ipv6Prefix.parse("fc00::7900/120"));
        assertThat(OutcomeJson.write(outcome(121, "WorkerJoined")
                        .setWorker("w")
                        .setSubnet(AvroWords.toAvro(subnet))
                        .build()))
                .isEqualTo("""
                        {"id":"e1","offset":121,"type":"WorkerJoined","status":"accepted","worker":"w","subnet":{"v4":"10.18.30.64/26","v6":"fc00::7900/120"}}""");
    }

    @Test
    void aServicesIps() {
        assertThat(OutcomeJson.write(outcome(122, "ServiceRegistered")
                        .setService("A.prod.S.prod")
                        .setServiceIps(List.of(new ServiceIpEntry("RR", pair("10.30.0.1", "fdff:2000::1"))))
                        .build()))
                .isEqualTo("""
                        {"id":"e1","offset":122,"type":"ServiceRegistered","status":"accepted","service":"A.prod.S.prod","serviceIps":[{"IpType":"RR","Address":"10.30.0.1","Address_v6":"fdff:2000::1"}]}""");
    }

    @Test
    void anInstancesAddresses() {
        assertThat(OutcomeJson.write(outcome(123, "InstanceScheduled")
                        .setService("A.prod.S.prod")
                        .setInstance(1)
                        .setWorker("w")
                        .setInstanceIp(pair("10.30.0.2", "fdff::1"))
                        .setNamespaceIp(pair("10.18.30.65", "fc00::7901"))
                        .build()))
                .isEqualTo("""
                        {"id":"e1","offset":123,"type":"InstanceScheduled","status":"accepted","service":"A.prod.S.prod","instance":1,"worker":"w","instanceIp":{"v4":"10.30.0.2","v6":"fdff::1"},"namespaceIp":{"v4":"10.18.30.65","v6":"fc00::7901"}}""");
    }

    @Test
    void aRealmsSettingsSorted() {
        assertThat(OutcomeJson.write(outcome(124, "RealmConfigured")
                        .setSettings(Map.of("service.v4", "10.30.0.0/16", "rest.ms", "60000"))
                        .build()))
                .isEqualTo("""
                        {"id":"e1","offset":124,"type":"RealmConfigured","status":"accepted","settings":{"rest.ms":"60000","service.v4":"10.30.0.0/16"}}""");
    }

    @Test
    void aRejection() {
        assertThat(OutcomeJson.write(outcome(125, "InstanceScheduled")
                        .setStatus(OutcomeStatus.REJECTED)
                        .setCode("UNKNOWN_WORKER")
                        .setMessage("worker 'w9' has not joined realm 'main'")
                        .build()))
                .isEqualTo("""
                        {"id":"e1","offset":125,"type":"InstanceScheduled","status":"rejected","code":"UNKNOWN_WORKER","message":"worker 'w9' has not joined realm 'main'"}""");
    }

    @Test
    void whatChangedNothingSaysSoAndAnotherRealmIsNamed() {
        assertThat(OutcomeJson.write(outcome(9, "WorkerLeft")
                        .setRealm("tenant")
                        .setUnchanged(true)
                        .build()))
                .isEqualTo("""
                        {"realm":"tenant","id":"e1","offset":9,"type":"WorkerLeft","status":"accepted","unchanged":true}""");
    }

    @Test
    void statesCarryTheirTypeAndAddressesAsText() {
        InstanceRoute route = InstanceRoute.newBuilder()
                .setService("A.prod.S.prod")
                .setInstance(1)
                .setInstanceIp(pair("10.30.0.2", "fdff::1"))
                .setNamespaceIp(pair("10.18.30.65", "fc00::7901"))
                .setWorker("w")
                .setCluster("c")
                .setUnderlay(new UnderlayEndpoint("192.168.77.1", 50103))
                .setReadiness(Readiness.READY)
                .build();
        assertThat(StateJson.write(new Route("main", 123L, route))).isEqualTo("""
                        {"type":"InstanceRoute","realm":"main","version":123,"service":"A.prod.S.prod","instance":1,"instanceIp":{"v4":"10.30.0.2","v6":"fdff::1"},"namespaceIp":{"v4":"10.18.30.65","v6":"fc00::7901"},"worker":"w","cluster":"c","underlay":{"address":"192.168.77.1","port":50103},"readiness":"READY","weight":1,"workerLost":false}""");
        assertThat(StateJson.write(new Allocation(
                        "main",
                        122L,
                        new ServiceAllocation(
                                "A.prod.S.prod",
                                List.of(new ServiceIpEntry("RR", pair("10.30.0.1", "fdff:2000::1")))))))
                .isEqualTo("""
                        {"type":"ServiceAllocation","realm":"main","version":122,"service":"A.prod.S.prod","serviceIps":[{"IpType":"RR","Address":"10.30.0.1","Address_v6":"fdff:2000::1"}]}""");
    }
}
