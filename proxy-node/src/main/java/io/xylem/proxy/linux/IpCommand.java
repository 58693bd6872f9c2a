package io.xylem.proxy.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code ip} command of iproute2, a batch at a time, and the network sysctls. */
final class IpCommand {
    private static final Pattern FAILURE = Pattern.compile("(.*?)Command failed -:(\\d{1,6})", Pattern.DOTALL);
    private static final List<String> DONE_ALREADY =
            List.of("File exists", "No such file or directory", "No such process", "Cannot find device");

    private IpCommand() {}

    static void run(NetworkNamespace namespace, String... lines) throws IOException {
        run(namespace, List.of(lines));
    }

    /**
     * Carries out the lines in order inside the namespace by one process. A line that begins with {@code ?} may find its
     * work done: that what it adds exists, or that what it removes does not.
     *
     * @throws IOException with what {@code ip} said of the first line that failed
     */
    static void run(NetworkNamespace namespace, List<String> lines) throws IOException {
        run(namespace, List.of("ip", "-force", "-batch", "-"), lines);
    }

    /** The same for commands that do not tell their family by an address, such as {@code rule}. */
    static void runV6(NetworkNamespace namespace, String... lines) throws IOException {
        run(namespace, List.of("ip", "-6", "-force", "-batch", "-"), List.of(lines));
    }

    private static void run(NetworkNamespace namespace, List<String> command, List<String> lines) throws IOException {
        namespace.call(() -> {
            // Started on a thread of that namespace, the process inherits it.
            Process process = start(namespace, command);
            try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
                for (String line : lines) {
                    in.write(line.startsWith("?") ? line.substring(1) : line);
                    in.write('\n');
                }
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int exit = process.waitFor();
            check(namespace, lines, said, exit);
            return null;
        });
    }

    private static Process start(NetworkNamespace namespace, List<String> command) throws IOException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException(
                    "cannot run `ip` to set up network namespace " + namespace
                            + ": install iproute2 (Debian: apt install iproute2) and see that it is on the PATH",
                    e);
        }
    }

    /** With {@code -force} each failure is what went wrong, then "Command failed -:" and the number of the line. */
    private static void check(NetworkNamespace namespace, List<String> lines, String said, int exit)
            throws IOException {
        Matcher failures = FAILURE.matcher(said);
        boolean explained = false;
        while (failures.find()) {
            String line = lines.get(Integer.parseInt(failures.group(2)) - 1);
            String why = failures.group(1).strip().replace('\n', ' ');
            if (!line.startsWith("?") || DONE_ALREADY.stream().noneMatch(why::contains)) {
                throw new IOException("`ip " + line + "` in network namespace " + namespace + " failed: " + why
                        + (why.contains("Operation not permitted")
                                ? "; this needs CAP_NET_ADMIN: run as root, or in a user namespace of your own"
                                        + " (unshare -Urnm)"
                                : ""));
            }
            explained = true;
        }
        if (exit != 0 && !explained) {
            throw new IOException(
                    "`ip` in network namespace " + namespace + " ended with " + exit + ": " + said.strip());
        }
    }

    /** Sets a network sysctl, e.g. {@code ipv4/ip_forward}, of the calling thread's namespace. */
    static void sysctl(String key, String value) throws IOException {
        Path file = Path.of("/proc/sys/net", key);
        try {
            if (!Files.readString(file).strip().equals(value)) {
                Files.writeString(file, value);
            }
        } catch (IOException e) {
            throw new IOException(
                    "cannot set " + file + " to " + value
                            + ": in a container, /proc/sys must be writable or the value set by who starts it",
                    e);
        }
    }
}
