package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.runtime.HttpEndpoint;
import io.xylem.runtime.HttpEndpoint.Response;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** {@code status --url}, against an answer as a proxy gives it. */
class WorkerStatusTest {
    private static final String ANSWER = """
        {"realm":"main","worker":"w1","dataPlane":"ebpf","dataPlaneReason":"the kernel takes our programs",
         "warnings":["the underlay's u0 takes 65536"],
         "feed":"interest","tableVersion":12,"appliedVersion":11,"caughtUp":true,
         "routes":{"instances":3,"services":2},"attached":1,"flows":4,
         "counters":{"flows_opened":5,"flows_accepted":6},
         "packets":{"outbound":{"user":{"packets":10,"bytes":900,"drops":{"UNKNOWN_DESTINATION":2}},
                                "kernel":{"packets":90,"bytes":8100,"drops":{}}},
                    "inbound":{"user":{"packets":0,"bytes":0,"drops":{}},
                               "kernel":{"packets":7,"bytes":70,"drops":{"DEVICE_REFUSED":1}}}},
         "hits":{"flowTable":{"hits":0,"misses":0,"rate":null},"kernel":{"hits":97,"misses":3,"rate":0.97}},
         "maps":[{"table":"flows","entries":4,"capacity":65536},{"table":"flows_out","entries":32768,"capacity":65536}]}\
        """;

    @Test
    void aWorkerSaysHowItsPacketsMove() throws IOException {
        assertThat(run().out()).isEqualTo("""
            Worker      w1 of realm main
            Data plane  ebpf: the kernel takes our programs
            Warning     the underlay's u0 takes 65536
            Routes      3 instances, 2 services, feed interest
            Offset      11 applied, 12 received
            Instances   1 attached
            Flows       4; opened 5, accepted 6
            Flow table  - of packets here found their flow; 0 began one
            Kernel      97.0 % of packets it saw it moved; 3 left to this process

            TABLE       ENTRIES   CAPACITY   FULL
            flows       4         65536      0.0 %
            flows_out   32768     65536      50.0 %

            DIRECTION   PATH     PACKETS   BYTES
            outbound    user     10        900
            outbound    kernel   90        8100
            inbound     user     0         0
            inbound     kernel   7         70

            DIRECTION   PATH     DROPPED   REASON
            outbound    user     2         UNKNOWN_DESTINATION
            inbound     kernel   1         DEVICE_REFUSED
            """);
    }

    @Test
    void asJsonItIsTheProxysAnswer() throws IOException {
        JsonNode printed = new ObjectMapper().readTree(run("-o", "json").out());
        assertThat(printed).isEqualTo(new ObjectMapper().readTree(ANSWER));
    }

    private static Cli.Result run(String... more) throws IOException {
        JsonNode answer = new ObjectMapper().readTree(ANSWER);
        try (HttpEndpoint proxy = new HttpEndpoint("127.0.0.1:0")
                .route("GET", "/status", request -> Response.json(answer))
                .start()) {
            String[] arguments = new String[3 + more.length];
            arguments[0] = "status";
            arguments[1] = "--url";
            arguments[2] = "http://127.0.0.1:" + proxy.port();
            System.arraycopy(more, 0, arguments, 3, more.length);
            Cli.Result result = Cli.run(arguments);
            assertThat(result.status()).as(result.err()).isZero();
            return result;
        }
    }
}
