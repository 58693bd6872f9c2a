package io.xylem.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** Gigabits a second that arrive, as iperf3 counts them at the receiver. */
final class Throughput {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_TRIES = 200;

    private Throughput() {}

    static double gbps(Mode mode, int streams, int seconds) throws IOException {
        Process server = Commands.start(mode.server(), "iperf3", "-s", "-1");
        try {
            String said = "";
            // Until the server listens the client is refused at once, so its own failure is the condition to wait by.
            for (int attempt = 0; attempt < MAX_TRIES && server.isAlive(); attempt++) {
                Commands.Result result = Commands.run(
                        mode.client(),
                        "iperf3",
                        "-c",
                        mode.target(),
                        "-J",
                        "-O",
                        "1",
                        "-t",
                        Integer.toString(seconds),
                        "-P",
                        Integer.toString(streams),
                        "--connect-timeout",
                        "2000");
                said = result.output();
                JsonNode received =
                        JSON.readTree(said).path("end").path("sum_received").path("bits_per_second");
                if (result.status() == 0 && received.isNumber()) {
                    return received.asDouble() / 1e9;
                }
            }
            throw new IOException("iperf3 through " + mode.name() + " gave no figure: " + said);
        } finally {
            server.destroy();
        }
    }
}
