package io.xylem.cli;

import io.xylem.cli.cluster.ClusterException;
import io.xylem.schemas.RegistryException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code xylem} command. Exit status: 0 done, 1 refused or failed, 2 wrong usage. */
@Command(
        name = "xylem",
        description = "Service and instance addresses that mean something, from an event log to the packet.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            RunCommand.class,
            PublishCommand.class,
            GetCommand.class,
            ExplainCommand.class,
            CaptureCommand.class,
            DeadLettersCommand.class,
            AuditCommand.class,
            AttachCommand.class,
            DetachCommand.class,
            TopicsCommand.class,
            AclsCommand.class,
            RealmCommand.class,
            CertificatesCommand.class,
            VersionCommand.class,
            CompletionCommand.class
        },
        footerHeading = "%nFirst steps:%n",
        footer = {
            "  xylem demo                        an example with real packets, in a cluster of its own",
            "  xylem up                          a development cluster on this machine",
            "  xylem publish events.jsonl        what happened; says what became of each event",
            "  xylem get instances -o wide       who has which address"
        })
public final class Xylem implements Callable<Integer> {
    private static final int HELP_WIDTH = 110;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli puts the real one here

    private Xylem() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Xylem());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(HELP_WIDTH);
        line.setParameterExceptionHandler((mistake, args) -> {
            CommandLine command = mistake.getCommandLine();
            command.getErr().println("xylem: " + mistake.getMessage());
            command.getErr().println("`" + command.getCommandSpec().qualifiedName() + " --help` shows what it takes.");
            return command.getCommandSpec().exitCodeOnInvalidInput();
        });
        line.setExecutionExceptionHandler((exception, command, parsed) -> {
            PrintWriter err = command.getErr();
            err.println("xylem: " + explain(exception));
            return command.getCommandSpec().exitCodeOnExecutionException();
        });
        return line;
    }

    /** A user's mistake and a machine's refusal are told in words; only what nobody thought of shows where it happened. */
    private static String explain(Exception exception) {
        return switch (exception) {
            case ExecutionException e when e.getCause() instanceof Exception cause -> explain(cause);
            case ClusterException e -> String.valueOf(e.getMessage());
            case CommandException e -> String.valueOf(e.getMessage());
            case RegistryException e -> "the schema registry refused: " + e.getMessage();
            case KafkaException e -> "Kafka: " + causes(e);
            case java.io.IOException e -> causes(e);
            default -> {
                exception.printStackTrace();
                yield "a fault of xylem itself, please report it: " + exception;
            }
        };
    }

    private static String causes(Throwable exception) {
        var text = new StringBuilder(String.valueOf(exception.getMessage()));
        for (Throwable cause = exception.getCause(); cause != null; cause = cause.getCause()) {
            text.append(": ").append(cause.getMessage());
        }
        return text.toString();
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
