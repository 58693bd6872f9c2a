package io.xylem.cli;

import io.xylem.model.InstanceName;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "detach",
        description =
                "Takes an instance's interface out of its network namespace. The instance keeps its addresses until"
                        + " it is removed by an event.",
        mixinStandardHelpOptions = true)
final class DetachCommand extends BaseCommand {
    @Mixin
    private WorkerOptions options = new WorkerOptions();

    @Override
    public Integer call() throws IOException {
        InstanceName instance = options.name();
        options.api().detach(instance.service().toString(), instance.number());
        err().println(instance + " is detached from " + options.workerName());
        return 0;
    }
}
