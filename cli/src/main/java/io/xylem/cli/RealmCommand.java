package io.xylem.cli;

import picocli.CommandLine.Command;

@Command(
        name = "realm",
        description = "A realm as its log: to keep it elsewhere, or to bring it to another cluster.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {RealmExportCommand.class, RealmImportCommand.class})
final class RealmCommand extends BaseCommand {
    @Override
    public Integer call() {
        throw wrongUsage("a command is missing: export or import");
    }
}
