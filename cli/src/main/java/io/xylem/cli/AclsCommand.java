package io.xylem.cli;

import picocli.CommandLine.Command;

@Command(
        name = "acls",
        description = "Who may do what in a cluster: the rights that each role needs, and no more.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {AclsCreateCommand.class, AclsCheckCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  xylem acls create --config admin.properties --grant allocator=allocator --grant routing=routing \\",
            "      --grant worker=main-w1 --grant worker=main-w2 --grant publisher=deployer --grant admin=admin",
            "  xylem acls diff --config admin.properties @grants.txt"
        })
final class AclsCommand extends BaseCommand {
    @Override
    public Integer call() {
        throw wrongUsage("a command is missing: create, check or diff");
    }
}
