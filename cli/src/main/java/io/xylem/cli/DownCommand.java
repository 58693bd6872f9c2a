package io.xylem.cli;

import io.xylem.cli.cluster.DevCluster;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "down",
        description =
                "Ends the development cluster: its processes and its network namespaces. Its data stay; `xylem up`"
                        + " goes on with them.",
        mixinStandardHelpOptions = true)
final class DownCommand extends BaseCommand {
    @Mixin
    private DevClusterDir directory = new DevClusterDir();

    @Override
    public Integer call() throws IOException {
        DevCluster cluster = directory.cluster();
        List<String> ended = cluster.down(new ProgressLines(err()));
        if (ended.isEmpty()) {
            err().println("No cluster runs in " + cluster.dir() + ".");
        }
        return 0;
    }
}
