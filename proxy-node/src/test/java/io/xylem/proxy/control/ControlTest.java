package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Fill;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceReport;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The control side of a worker over its HTTP interface, with Kafka's own mock clients and wiring in memory. */
class ControlTest extends ControlFixture {
    @Test
    void anAttachWaitsForItsRouteThenWiresAndReportsAndAnswersWithTheAddresses() throws Exception {
        wiring.namespaces.add("n1");
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return call("POST", "/instances", ATTACH_S1);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        route(Samples.at(Samples.S1, "w2", InstanceState.SCHEDULED, 6));
        await().until(() -> control.routeTable().version() == 6);
        assertThat(answer).isNotDone();
        route(Samples.at(Samples.S1, "w1", InstanceState.SCHEDULED, 7));

        assertThat(answer.get().statusCode()).as(answer.get().body()).isEqualTo(200);
        JsonNode body = JSON.readTree(answer.get().body());
        assertThat(body.at("/flows").asInt()).isEqualTo(7);
        assertThat(body.at("/instanceIp/v4").asText()).isEqualTo("10.30.0.2");
        assertThat(body.at("/namespaceIp/v4").asText()).isEqualTo("10.18.30.65");
        assertThat(body.at("/namespaceIp/v6").asText()).isEqualTo("fc00::7901");
        assertThat(wiring.wired).containsExactlyEntriesOf(Map.of(Samples.address("10.18.30.65", "fc00::7901"), "n1"));
        assertThat(control.attachments().all()).hasSize(1);
        assertThat(reports()).contains(new InstanceReport("A.prod.S.prod", 1, true, "", 7L));
    }

    @Test
    void theReportIsRepeatedUntilTheRouteIsReadyAndNotAfter() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.SCHEDULED, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        await().until(() -> reports().size() >= 3);
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 8));
        await().until(() -> control.routeTable().version() == 8);
        await().until(() -> heartbeatsOf(8) >= 1);
        int heard = reports().size();
        await().until(() -> heartbeatsOf(8) >= 3);
        assertThat(reports()).hasSize(heard);
    }

    private long heartbeatsOf(long version) {
        return producer.history().stream()
                .filter(record -> record.key().equals("main|worker|w1")
                        && record.value().getBody() instanceof Heartbeat heartbeat
                        && heartbeat.getAppliedVersion() == version)
                .count();
    }

    @Test
    void aVersionIsAppliedWhenPacketsGoByItAndThenItIsSaidAtOnce() {
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        await().until(() -> heartbeatsOf(7) >= 1);
        packetsRun = false;
        route(Samples.at(Samples.S1, "w1", InstanceState.UNREADY, 9));
        await().until(() -> control.routeTable().version() == 9);
        long before = heartbeatsOf(7);
        await().until(() -> heartbeatsOf(7) >= before + 2);
        assertThat(heartbeatsOf(9)).as("no packet went by it yet").isZero();
        control.takeRouteTable();
        await().until(() -> heartbeatsOf(9) >= 1);
    }

    @Test
    void whatCanNotBeAttachedSaysWhy() throws Exception {
        wiring.namespaces.addAll(Set.of("n1", "n2"));
        assertThat(code(call("POST", "/instances", "{\"service\":\"A.prod.S.prod\"}")))
                .isEqualTo("MALFORMED_REQUEST");
        assertThat(code(call("POST", "/instances", "no JSON"))).isEqualTo("MALFORMED_REQUEST");
        HttpResponse<String> badName = call("POST", "/instances", ATTACH_S1.replace("A.prod.S.prod", "A"));
        assertThat(badName.statusCode()).isEqualTo(400);
        assertThat(badName.body()).contains("not a service name");
        assertThat(code(call("POST", "/instances", ATTACH_S1.replace("n1", "n9"))))
                .isEqualTo("NO_SUCH_NETNS");

        HttpResponse<String> unplaced = call("POST", "/instances", ATTACH_S1.replace("10000", "1"));
        assertThat(unplaced.statusCode()).isEqualTo(504);
        assertThat(unplaced.body()).contains("NOT_PLACED_HERE", "no route of it is known");

        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        route(Samples.at(Samples.S2, "w1", InstanceState.READY, 8));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode())
                .as("again")
                .isEqualTo(200);
        assertThat(code(call("POST", "/instances", ATTACH_S1.replace("n1", "n2"))))
                .isEqualTo("ATTACHED_ELSEWHERE");
        String second = ATTACH_S1.replace("\"instance\":1", "\"instance\":2");
        assertThat(code(call("POST", "/instances", second))).isEqualTo("NETNS_IN_USE");
        wiring.refusal = "already has an eth0";
        HttpResponse<String> refused = call("POST", "/instances", second.replace("n1", "n2"));
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("NETWORK_REFUSED", "already has an eth0");
        assertThat(control.attachments().all()).hasSize(1);
        assertThat(code(call("DELETE", "/instances/A.prod.S.prod/2", ""))).isEqualTo("NOT_ATTACHED");
        assertThat(code(call("DELETE", "/instances/A.prod.S.prod", ""))).isEqualTo("MALFORMED_REQUEST");
    }

    @Test
    void aDetachUnwiresForgetsAndReports() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        assertThat(call("DELETE", "/instances/A.prod.S.prod/1", "").statusCode())
                .isEqualTo(204);
        assertThat(wiring.wired).isEmpty();
        assertThat(control.attachments().all()).isEmpty();
        await().until(() -> reports().contains(new InstanceReport("A.prod.S.prod", 1, false, "detached", 7L)));
        restart();
        assertThat(control.attachments().all()).isEmpty();
    }

    @Test
    void whatIsAttachedAgainBeforeItsDetachWasHeardIsReadyInTheEnd() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        assertThat(call("DELETE", "/instances/A.prod.S.prod/1", "").statusCode())
                .isEqualTo(204);
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        assertThat(reports().getLast().getReady()).isTrue();
        long before = heartbeatsOf(7);
        await().until(() -> heartbeatsOf(7) >= before + 2);
        assertThat(reports().getLast().getReady()).isTrue();
    }

    @Test
    void aRestartFindsItsInstancesBeforeAnyBroker() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        control.close();
        assertThat(wiring.wired).as("ending the proxy takes nothing off").hasSize(1);
        wiring.wired.clear();
        restart();
        assertThat(wiring.wired).hasSize(1);
        assertThat(control.attachments().all()).hasSize(1);
        assertThat(control.routeTable().instanceCount()).isEqualTo(1);
    }

    @Test
    void anInstanceWhoseNamespaceIsGoneIsTakenOffAndReported() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        wiring.namespaces.clear();
        restart();
        assertThat(control.attachments().all()).isEmpty();
        await().until(() ->
                reports().contains(new InstanceReport("A.prod.S.prod", 1, false, "its network namespace is gone", 7L)));
    }

    @Test
    void aListOfInstancesThatCanNotBeReadStopsTheStart() throws Exception {
        control.close();
        Files.writeString(directory.resolve("attachments.json"), "{\"format\":99,\"attachments\":[]}");
        org.assertj.core.api.Assertions.assertThatThrownBy(this::restart)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("attachments.json")
                .hasMessageContaining("format 99");
    }

    @Test
    void statusAndMetricsShowDropsByReason() throws Exception {
        counters.drop(Counters.Direction.OUTBOUND, Drop.UNKNOWN_DESTINATION, 3);
        counters.add(Counters.Count.SENT_PACKETS, 5);
        counters.carried(Counters.Direction.OUTBOUND, 15, 1_500);
        counters.carriedDrop(Counters.Direction.OUTBOUND, Drop.TUNNEL_REFUSED, 2);
        counters.drop(Counters.Direction.OUTBOUND, Drop.TUNNEL_REFUSED, 1);
        counters.add(Counters.Count.LEFT_PACKETS, 5);
        counters.add(Counters.Count.FLOW_HITS, 3);
        counters.add(Counters.Count.FLOWS_OPENED, 1);
        control.dataPlane("ebpf", "why", () -> List.of(new Fill("flows_out", 7, 100)), () -> List.of("slow"));
        JsonNode status = JSON.readTree(call("GET", "/status", "").body());
        assertThat(status.at("/worker").asText()).isEqualTo("w1");
        assertThat(status.at("/warnings/0").asText()).isEqualTo("slow");
        assertThat(status.at("/drops/outbound/UNKNOWN_DESTINATION").asLong()).isEqualTo(3);
        assertThat(status.at("/counters/sent_packets").asLong()).isEqualTo(20);
        assertThat(status.at("/packets/outbound/user/packets").asLong()).isEqualTo(5);
        assertThat(status.at("/packets/outbound/kernel/bytes").asLong()).isEqualTo(1_500);
        assertThat(status.at("/packets/outbound/kernel/drops/TUNNEL_REFUSED").asLong())
                .isEqualTo(2);
        assertThat(status.at("/drops/outbound/TUNNEL_REFUSED").asLong()).isEqualTo(3);
        assertThat(status.at("/hits/kernel/rate").asDouble()).isEqualTo(0.75);
        assertThat(status.at("/hits/flowTable/rate").asDouble()).isEqualTo(0.75);
        assertThat(status.at("/maps/0/table").asText()).isEqualTo("flows_out");
        assertThat(status.at("/maps/0/entries").asLong()).isEqualTo(7);
        String dropped = "xylem_proxy_dropped_packets_total{direction=\"outbound\",";
        assertThat(call("GET", "/metrics", "").body())
                .contains(
                        dropped + "path=\"user\",reason=\"UNKNOWN_DESTINATION\"} 3.0",
                        dropped + "path=\"kernel\",reason=\"TUNNEL_REFUSED\"} 2.0",
                        "xylem_proxy_packets_total{direction=\"outbound\",path=\"kernel\"} 15.0",
                        "xylem_proxy_packets_total{direction=\"outbound\",path=\"user\"} 5.0",
                        "xylem_proxy_bytes_total{direction=\"outbound\",path=\"kernel\"} 1500.0",
                        "xylem_proxy_table_entries{table=\"flows_out\"} 7.0",
                        "xylem_proxy_table_capacity{table=\"flows_out\"} 100.0",
                        "xylem_proxy_sent_packets_total 20.0");
        await().until(() -> call("GET", "/health/ready", "").statusCode() == 200);
    }
}
