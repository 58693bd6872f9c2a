package io.xylem.cli;

import io.xylem.allocator.AllocatorMain;
import io.xylem.proxy.ProxyMain;
import io.xylem.routing.RoutingMain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = {
            "Runs one part of Xylem in the foreground, until it is told to end (SIGTERM, Ctrl-C).",
            "ROLE is allocator, routing or proxy. Settings come from the files, then from the environment"
                    + " (XYLEM_BOOTSTRAP_SERVERS is bootstrap.servers), then from --override; the later wins. What came of"
                    + " them is the first thing in the log, which is standard error.",
            "XYLEM_JVM_FLAGS takes flags of the Java machine, e.g. -Xmx2g. Exit status 0 ended in order, 1 a fault,"
                    + " 2 wrong settings."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  xylem run allocator --config xylem.properties --override state.dir=/var/lib/xylem/allocator")
final class RunCommand extends BaseCommand {
    private static final Map<String, Consumer<String[]>> ROLES = new TreeMap<>(
            Map.of("allocator", AllocatorMain::main, "routing", RoutingMain::main, "proxy", ProxyMain::main));

    @Parameters(paramLabel = "ROLE", description = "allocator, routing, or proxy.")
    private String role = "";

    @Option(names = "--config", paramLabel = "FILE", description = "Properties file; may be given more than once.")
    private List<String> configs = new ArrayList<>();

    @Option(names = "--override", paramLabel = "KEY=VALUE", description = "One setting; may be given more than once.")
    private List<String> overrides = new ArrayList<>();

    @Override
    public Integer call() {
        Consumer<String[]> main = ROLES.get(role);
        if (main == null) {
            throw wrongUsage("there is no role '" + role + "'; allowed: " + String.join(", ", ROLES.keySet()));
        }
        main.accept(arguments().toArray(String[]::new)); // it ends the process
        return 0;
    }

    private List<String> arguments() {
        var arguments = new ArrayList<String>();
        configs.forEach(config -> arguments.addAll(List.of("--config", config)));
        overrides.forEach(override -> arguments.addAll(List.of("--override", override)));
        return arguments;
    }
}
