package io.xylem.cli;

import picocli.CommandLine.Command;

@Command(
        name = "topics",
        description = "The topics and schemas of a cluster.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TopicsCreateCommand.class, TopicsCheckCommand.class})
final class TopicsCommand extends BaseCommand {
    @Override
    public Integer call() {
        throw wrongUsage("a command is missing: create, check or diff");
    }
}
