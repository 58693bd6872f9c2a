package io.xylem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.xylem.model.InstanceName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "attach",
        description = {
            "Gives a network namespace the addresses of an instance that is scheduled on the worker, and reports it"
                    + " ready.",
            "The namespace gets an interface eth0 and its default routes."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = {
            "  xylem attach --worker w1 --netns web1 --service A.prod.S.prod --instance 1",
            "  xylem attach --worker w1 --netns web1 --service A.prod.S.prod --instance 1 --publish 8080:80/tcp"
        })
final class AttachCommand extends BaseCommand {
    @Mixin
    private WorkerOptions options = new WorkerOptions();

    @Option(
            names = "--netns",
            required = true,
            paramLabel = "NAME",
            description = "The instance's network namespace: a name of `ip netns`, or a path such as /proc/PID/ns/net.")
    private String netns = "";

    @Option(
            names = "--publish",
            paramLabel = "PORT",
            description = {
                "A port of the worker's node that leads to the instance, such as 8080:80/tcp or 5353:53/udp; may be"
                        + " repeated.",
                "Without it an instance that is attached already keeps its ports."
            })
    private List<String> publish = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long the worker may wait until it knows the instance (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        InstanceName instance = options.name();
        JsonNode answer = options.api()
                .attach(
                        instance.service().toString(),
                        instance.number(),
                        netns,
                        publish,
                        Duration.ofSeconds(timeoutSeconds));
        if (output.isJson()) {
            out().println(answer.toPrettyString());
        } else {
            out().println(instance + " is attached to " + netns + " at " + options.workerName());
            out().println("  instance IP   " + pair(answer.path("instanceIp")));
            out().println("  namespace IP  " + pair(answer.path("namespaceIp")));
            for (JsonNode port : answer.path("publish")) {
                out().println("  published     " + port.asText());
            }
        }
        return 0;
    }

    private static String pair(JsonNode address) {
        return address.path("v4").asText() + "  " + address.path("v6").asText();
    }
}
