package io.xylem.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The address plan's example in the set, and an application of its own on the worker that will be killed. */
final class Example {
    /** Workers that only have a name, so that W is the 122nd that joins. */
    static final int NAMES = 119;

    static final String S = "10.30.0.1";
    static final String S_V6 = "fdff:2000::1";
    static final String S1 = "10.30.0.2";
    static final String S2_V6 = "fdff::2";
    static final String T1 = "10.30.0.5";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ComposeSet set;

    Example(ComposeSet set) {
        this.set = set;
    }

    /** @return what came of it, for people */
    String deploy() throws IOException {
        List<String> events = new ArrayList<>();
        IntStream.rangeClosed(1, NAMES).forEach(i -> events.add(joined("f" + i, "192.168.78." + i)));
        events.add(joined("w1", "192.168.77.11"));
        events.add(joined("w2", "192.168.77.12"));
        events.add(joined("w3", "192.168.77.13")); // W
        events.add(registered("A.prod.S.prod"));
        events.add(scheduled("A.prod.S.prod", 1, "w3"));
        events.add(scheduled("A.prod.S.prod", 2, "w3"));
        events.add(registered("B.prod.T.prod"));
        events.add(scheduled("B.prod.T.prod", 1, "w2"));
        events.add(registered("B.prod.C.prod"));
        events.add(scheduled("B.prod.C.prod", 1, "w1"));
        List<JsonNode> outcomes = publish(events);
        assertThat(outcomes).allMatch(outcome -> outcome.path("status").asText().equals("accepted"));

        JsonNode w = outcomes.get(NAMES + 2);
        JsonNode s = outcomes.get(NAMES + 3);
        JsonNode s1 = outcomes.get(NAMES + 4);
        JsonNode s2 = outcomes.get(NAMES + 5);
        assertThat(w.at("/subnet/v4").asText()).isEqualTo("10.18.30.64/26");
        assertThat(s.at("/serviceIps/0/Address").asText()).isEqualTo(S);
        assertThat(s.at("/serviceIps/0/Address_v6").asText()).isEqualTo(S_V6);
        assertThat(s1.at("/instanceIp/v4").asText()).isEqualTo(S1);
        assertThat(s1.at("/namespaceIp/v4").asText()).isEqualTo("10.18.30.65");
        assertThat(s2.at("/instanceIp/v4").asText()).isEqualTo("10.30.0.3");
        assertThat(s2.at("/instanceIp/v6").asText()).isEqualTo(S2_V6);
        assertThat(s2.at("/namespaceIp/v4").asText()).isEqualTo("10.18.30.66");
        attach("worker-3", "A.prod.S.prod", 1, "s1");
        attach("worker-3", "A.prod.S.prod", 2, "s2");
        attach("worker-2", "B.prod.T.prod", 1, "t1");
        attach("worker-1", "B.prod.C.prod", 1, "client");
        return "worker W 10.18.30.64/26, S 10.30.0.1, S1 10.30.0.2 10.18.30.65, S2 10.30.0.3 10.18.30.66: as the"
                + " address plan says";
    }

    private List<JsonNode> publish(List<String> events) throws IOException {
        String text = String.join("\n", events);
        String said =
                set.output("cli", "bash", "-c", "xylem publish --timeout 240 -o json - <<<\"$1\"", "publish", text);
        List<JsonNode> outcomes = new ArrayList<>();
        for (String line : said.lines().toList()) {
            outcomes.add(JSON.readTree(line));
        }
        return outcomes;
    }

    private void attach(String worker, String service, int instance, String container) throws IOException {
        var _ = set.output(
                "cli",
                "xylem",
                "attach",
                "--url",
                "http://" + worker + ":8080",
                "--netns",
                set.netns(container),
                "--service",
                service,
                "--instance",
                "" + instance,
                "--timeout",
                "60");
    }

    private static String joined(String worker, String address) {
        return "{\"type\":\"WorkerJoined\",\"worker\":\"%s\",\"cluster\":\"c1\",\"underlay\":{\"address\":\"%s\",\"port\":50103}}"
                .formatted(worker, address);
    }

    private static String registered(String service) {
        return "{\"type\":\"ServiceRegistered\",\"service\":\"%s\"}".formatted(service);
    }

    private static String scheduled(String service, int instance, String worker) {
        return "{\"type\":\"InstanceScheduled\",\"service\":\"%s\",\"instance\":%d,\"worker\":\"%s\"}"
                .formatted(service, instance, worker);
    }
}
