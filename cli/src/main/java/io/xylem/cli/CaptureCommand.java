package io.xylem.cli;

import io.xylem.cli.cluster.WorkerApi;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "capture",
        description = {
            "Shows packets at a worker, each before and after its translation: a line for each side, or a file for"
                    + " tcpdump.",
            "Ends after so many packets or so many seconds, whatever comes first."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  xylem capture --worker w1 --service A.prod.S.prod",
            "  xylem capture --worker w1 --address 10.30.0.1 --packets 20 -w flow.pcapng",
            "  tcpdump -nr flow.pcapng"
        })
final class CaptureCommand extends BaseCommand {
    @ArgGroup(multiplicity = "1")
    private WorkerAt where = new WorkerAt();

    @Option(names = "--address", paramLabel = "IP", description = "Only packets to or from it, on either side.")
    private @Nullable String address;

    @Option(names = "--service", paramLabel = "NAME", description = "Only packets of its addresses and its instances.")
    private @Nullable String service;

    @Option(names = "--instance", paramLabel = "N", description = "With --service: only this instance of it.")
    private @Nullable Integer instance;

    @Option(
            names = "--packets",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many at most (default: ${DEFAULT-VALUE}).")
    private int packets;

    @Option(
            names = "--seconds",
            paramLabel = "T",
            defaultValue = "10",
            description = "How long at most (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "A file in the format pcapng instead of text.")
    private @Nullable Path file;

    @Mixin
    private DevClusterDir directory = new DevClusterDir();

    @Override
    public Integer call() throws IOException {
        Map<String, String> query = new LinkedHashMap<>();
        put(query, "address", address);
        put(query, "service", service);
        put(query, "instance", instance);
        put(query, "packets", packets);
        put(query, "seconds", seconds);
        put(query, "format", file == null ? "text" : "pcapng");
        WorkerApi worker = where.api(directory);
        worker.capture(query, seconds, file == null ? this::print : this::keep);
        return 0;
    }

    private static void put(Map<String, String> query, String name, @Nullable Object value) {
        if (value != null) {
            query.put(name, value.toString());
        }
    }

    /** As it comes. */
    private void print(InputStream in) throws IOException {
        Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
        char[] some = new char[8_192];
        for (int read = text.read(some); read >= 0; read = text.read(some)) {
            out().write(some, 0, read);
            out().flush();
        }
    }

    private void keep(InputStream in) throws IOException {
        Path to = Objects.requireNonNull(file);
        long bytes = Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
        err().println(bytes + " bytes in " + to + "; `tcpdump -nr " + to + "` shows them");
    }
}
