package io.xylem.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = {
            "Writes an exported log into a cluster that has no events yet, with the times that the events had: the"
                    + " allocator that is started afterwards gives the same addresses.",
            "Meanwhile the topic takes the writer's times (message.timestamp.type=CreateTime), so nobody else may"
                    + " publish; afterwards the broker stamps again. It needs the rights of admin."
        },
        mixinStandardHelpOptions = true)
final class RealmImportCommand extends BaseCommand {
    @Parameters(paramLabel = "FILE", description = "What `xylem realm export` printed; - is standard input.")
    private String file = "";

    @Mixin
    private Connection connection = new Connection();

    @Override
    public Integer call() throws IOException, ExecutionException, InterruptedException {
        try (BufferedReader lines = file.equals("-")
                        ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                        : Files.newBufferedReader(Path.of(file));
                var log = RealmImport.into(connection.client("admin."), connection.client("producer."))) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                try {
                    log.write(RealmLine.parse(line));
                } catch (IllegalArgumentException e) {
                    throw new CommandException("line " + number + ": " + e.getMessage() + "; " + (number - 1)
                            + " events are written, and the topic must be made anew before it is tried again");
                }
            }
            log.finish();
            out().println(number + " events");
        }
        return 0;
    }
}
