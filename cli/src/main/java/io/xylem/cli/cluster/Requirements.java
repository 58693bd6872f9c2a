package io.xylem.cli.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the machine must allow before a cluster is started on it, and what to do where it does not. */
public final class Requirements {
    private static final Path TUN = Path.of("/dev/net/tun");
    private static final List<String> TOOLS = List.of("ip", "setsid", "ping");

    private Requirements() {}

    /** @throws ClusterException naming all that is missing */
    public static void check() throws ClusterException {
        List<String> missing = missing();
        if (!missing.isEmpty()) {
            throw new ClusterException("this machine lacks what workers need:\n  - " + String.join("\n  - ", missing));
        }
    }

    /** One sentence for each thing that is missing. */
    public static List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (String tool : TOOLS) {
            if (!onPath(tool)) {
                missing.add("the program `" + tool + "` (Debian: iproute2, util-linux, iputils-ping)");
            }
        }
        if (!Files.isReadable(TUN) || !Files.isWritable(TUN)) {
            missing.add(TUN + " can't be opened for reading and writing: "
                    + (Files.exists(TUN)
                            ? "its mode denies it to this user"
                            : "the kernel module `tun` is not loaded"));
        }
        if (missing.isEmpty()) {
            String probe = "xyl-probe-" + ProcessHandle.current().pid();
            try {
                Tool.run("ip", "netns", "add", probe);
                Tool.run("ip", "netns", "delete", probe);
            } catch (ClusterException e) {
                missing.add("the right to make network namespaces: run as root; `./xylem demo` also runs in a user"
                        + " namespace of its own where the kernel allows that (" + e.getMessage() + ")");
            }
        }
        return missing;
    }

    private static boolean onPath(String tool) {
        for (String dir : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(dir, tool))) {
                return true;
            }
        }
        return false;
    }
}
