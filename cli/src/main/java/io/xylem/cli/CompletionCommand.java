package io.xylem.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

@Command(
        name = "completion",
        description = {"Prints a completion script for bash and zsh.", "Use: source <(./xylem completion)"},
        mixinStandardHelpOptions = true)
final class CompletionCommand extends BaseCommand {
    @Override
    public Integer call() {
        out().println(AutoComplete.bash("xylem", Xylem.commandLine()));
        return 0;
    }
}
