package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports of the node are given to instances, one each, kept over a restart and taken away with the instance. */
class PublicationsTest extends ControlFixture {
    private static final Wiring.Port WEB = new Wiring.Port(false, 8080, 80);
    private static final Wiring.Port DNS = new Wiring.Port(true, 5353, 53);

    @BeforeEach
    void place() {
        wiring.namespaces.addAll(List.of("n1", "n2"));
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        route(Samples.at(Samples.S2, "w1", InstanceState.READY, 8));
    }

    private HttpResponse<String> attach(InstanceName instance, String publish) throws IOException {
        return call("POST", "/instances", """
            {"service":"A.prod.S.prod","instance":%d,"netns":"n%d"%s}\
            """.formatted(instance.number(), instance.number(), publish));
    }

    private List<Wiring.Port> portsOfS1() {
        return wiring.exposed.stream()
                .filter(one -> one.namespaceIp().v4().toString().equals("10.18.30.65"))
                .flatMap(one -> one.ports().stream())
                .toList();
    }

    @Test
    void theyLeadToTheInstanceUntilItIsDetached() throws Exception {
        HttpResponse<String> answer = attach(Samples.S1, ",\"publish\":[\"8080:80\",\"5353:53/udp\"]");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(new ObjectMapper().readTree(answer.body()).path("publish").toString())
                .isEqualTo("[\"8080:80/tcp\",\"5353:53/udp\"]");
        assertThat(portsOfS1()).containsExactly(WEB, DNS);
        restart();
        assertThat(portsOfS1()).as("again after a restart").containsExactly(WEB, DNS);
        assertThat(attach(Samples.S1, "").statusCode()).isEqualTo(200);
        assertThat(portsOfS1()).as("nothing was said of them").containsExactly(WEB, DNS);
        assertThat(attach(Samples.S1, ",\"publish\":[\"5353:53/udp\"]").statusCode())
                .isEqualTo(200);
        assertThat(portsOfS1()).containsExactly(DNS);
        assertThat(call("DELETE", "/instances/A.prod.S.prod/1", "").statusCode())
                .isEqualTo(204);
        assertThat(wiring.exposed).isEmpty();
    }

    @Test
    void aPortOfTheNodeLeadsToOneInstance() throws Exception {
        assertThat(attach(Samples.S1, ",\"publish\":[\"8080:80/tcp\"]").statusCode())
                .isEqualTo(200);
        HttpResponse<String> refused = attach(Samples.S2, ",\"publish\":[\"8080:81/tcp\"]");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("PORT_PUBLISHED", "8080/tcp", "A.prod.S.prod#1", "publish another port");
        assertThat(control.attachments().all()).hasSize(1);
        assertThat(attach(Samples.S2, ",\"publish\":[\"8080:81/udp\"]").statusCode())
                .as("the other protocol is another port")
                .isEqualTo(200);
    }

    @Test
    void aPortThatTheNodeUsesItselfIsRefused() throws Exception {
        wiring.listeners.add(8080);
        HttpResponse<String> refused = attach(Samples.S1, ",\"publish\":[\"8080:80/tcp\"]");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("PORT_IN_USE", "8080/tcp");
        assertThat(wiring.wired).isEmpty();
    }

    @Test
    void whereNothingCanBePublishedAnInstanceIsNotAttachedHalf() throws Exception {
        wiring.refusesPorts = true;
        HttpResponse<String> refused = attach(Samples.S1, ",\"publish\":[\"8080:80/tcp\"]");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("PORTS_REFUSED", "no nft here");
        assertThat(wiring.wired).isEmpty();
        assertThat(control.attachments().all()).isEmpty();
        assertThat(attach(Samples.S1, "").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"80\"",
                "\"80:80/sctp\"",
                "\"0:80\"",
                "\"80:65536\"",
                "\"-1:80\"",
                "null",
                "\"80:80\",\"80:81/tcp\"",
                "\"1.2.3.4:80:80\""
            })
    void whatIsNoPort(String publish) throws Exception {
        HttpResponse<String> refused = attach(Samples.S1, ",\"publish\":[" + publish + "]");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(code(refused)).isEqualTo("MALFORMED_REQUEST");
    }

    @Test
    void aListOfBeforeThereWerePortsIsRead() throws Exception {
        assertThat(attach(Samples.S1, "").statusCode()).isEqualTo(200);
        control.close();
        String now = Files.readString(directory.resolve("attachments.json"));
        Files.writeString(
                directory.resolve("attachments.json"),
                now.replace("\"format\" : 2", "\"format\" : 1").replaceFirst(",\\s*\"publish\" : \\[ \\]", ""));
        restart();
        assertThat(control.attachments().all()).hasSize(1);
        assertThat(portsOfS1()).isEmpty();
    }
}
