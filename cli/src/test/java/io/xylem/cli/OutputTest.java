package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.publish.EventSource.Entry.Malformed;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The printed forms, letter by letter: scripts and eyes are used to them. */
class OutputTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text, true);

    @Test
    void rejectionsAreLinesOfJsonInTheirPlace() {
        var report = new OutcomeReport(out, true);
        assertThat(report.outcome(accepted())).isTrue();
        report.malformed(new Malformed(2, "InstanceReady lacks its field 'instance'"));
        assertThat(report.outcome(rejected())).isFalse();
        report.end();
        assertThat(text).hasToString("""
                        {"id":"e1","offset":7,"type":"WorkerLeft","status":"accepted","unchanged":true,"worker":"w1"}
                        {"line":2,"status":"rejected","code":"MALFORMED_EVENT","message":"line 2: InstanceReady lacks its field 'instance'"}
                        {"id":"e3","offset":8,"type":"WorkerLeft","status":"rejected","code":"UNKNOWN_WORKER","message":"worker 'w9' has not joined"}
                        """);
    }

    @Test
    void andForPeopleTheyAreCounted() {
        var report = new OutcomeReport(out, false);
        report.outcome(accepted());
        report.malformed(new Malformed(2, "not JSON"));
        report.end();
        assertThat(text).hasToString("""
                        WorkerLeft         accepted  unchanged true  worker w1
                        line 2             REJECTED  MALFORMED_EVENT: line 2: not JSON
                        1 accepted, 1 rejected
                        """);
    }

    @Test
    void anEmptyCellIsSeen() {
        var table = new Table(List.of("A", "LONG"));
        table.row(List.of("", "x"));
        table.row(List.of("12345", ""));
        table.print(out);
        assertThat(text).hasToString("A       LONG\n-       x\n12345   -\n");
    }

    @Test
    void instancesNarrowAndWide() throws Exception {
        var instance = (ObjectNode) new ObjectMapper().readTree("""
                        {"type":"InstanceAllocation","realm":"main","version":12,"service":"A.prod.S.prod","instance":1,"worker":"w1",
                         "instanceIp":{"v4":"10.30.0.2","v6":"fdff::1"},"namespaceIp":{"v4":"10.18.0.1","v6":"fc00::1"},"readiness":"READY"}
                        """);
        StateTables.of(GetCommand.Kind.instances, List.of(instance), false, false)
                .print(out);
        StateTables.of(GetCommand.Kind.instances, List.of(instance), true, true).print(out);
        assertThat(text).hasToString("""
                        SERVICE         INSTANCE   STATE   WORKER   INSTANCE-IP   NAMESPACE-IP
                        A.prod.S.prod   1          READY   w1       10.30.0.2     10.18.0.1
                        REALM   SERVICE         INSTANCE   STATE   WORKER   INSTANCE-IP   NAMESPACE-IP   INSTANCE-IPV6   NAMESPACE-IPV6   VERSION
                        main    A.prod.S.prod   1          READY   w1       10.30.0.2     10.18.0.1      fdff::1         fc00::1          12
                        """);
    }

    @Test
    void aServiceHasALineAnAddress() throws Exception {
        var service = (ObjectNode) new ObjectMapper().readTree("""
                        {"realm":"main","version":2,"service":"A.prod.S.prod","serviceIps":[
                         {"IpType":"RR","Address":"10.30.0.1","Address_v6":"fdff:2000::1"},
                         {"IpType":"closest","Address":"10.30.0.4","Address_v6":"fdff:1000::1"}]}
                        """);
        StateTables.of(GetCommand.Kind.services, List.of(service), false, false).print(out);
        assertThat(text).hasToString("""
                        SERVICE         POLICY    IPV4        IPV6
                        A.prod.S.prod   RR        10.30.0.1   fdff:2000::1
                        A.prod.S.prod   closest   10.30.0.4   fdff:1000::1
                        """);
    }

    private static Outcome accepted() {
        return Outcome.newBuilder()
                .setRealm("main")
                .setId("e1")
                .setOffset(7)
                .setType("WorkerLeft")
                .setStatus(OutcomeStatus.ACCEPTED)
                .setUnchanged(true)
                .setWorker("w1")
                .build();
    }

    private static Outcome rejected() {
        return Outcome.newBuilder()
                .setRealm("main")
                .setId("e3")
                .setOffset(8)
                .setType("WorkerLeft")
                .setStatus(OutcomeStatus.REJECTED)
                .setCode("UNKNOWN_WORKER")
                .setMessage("worker 'w9' has not joined")
                .build();
    }
}
