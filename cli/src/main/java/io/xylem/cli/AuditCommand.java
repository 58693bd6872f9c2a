package io.xylem.cli;

import picocli.CommandLine.Command;

@Command(
        name = "audit",
        description = "Derives every address from the event log again, by a program that is not the allocator's."
                + " Reads the topics and changes nothing.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            AuditVerifyCommand.class,
            AuditAddressCommand.class,
            AuditStateCommand.class,
            AuditLeaksCommand.class
        })
final class AuditCommand extends BaseCommand {
    @Override
    public Integer call() {
        throw wrongUsage("a command is missing: verify, address, state or leaks");
    }
}
