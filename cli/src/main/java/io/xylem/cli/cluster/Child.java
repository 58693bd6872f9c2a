package io.xylem.cli.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of the cluster, as it is remembered between commands. It has a session of its own, so it outlives the
 * command that started it and hears no Ctrl-C.
 *
 * @param name what it is, e.g. {@code broker}
 * @param startTicks when it started, in the kernel's ticks since boot: with the pid it tells one process from a later
 *     one that got the same pid
 * @param log its standard output and error
 */
public record Child(String name, long pid, long startTicks, String log) {
    private static final int TAIL_BYTES = 32_768;
    private static final int TAIL_LINES = 20;

    static Child start(String name, List<String> command, Path log) throws ClusterException {
        List<String> detached = new ArrayList<>(List.of("setsid"));
        detached.addAll(command);
        var builder = new ProcessBuilder(detached)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // The cluster's processes are configured by their files; a setting in the user's shell is for his commands.
        builder.environment().keySet().removeIf(key -> key.startsWith("XYLEM_") && !key.equals("XYLEM_LOG_LEVEL"));
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            // setsid replaces itself by the command: it is no leader of a process group, so it does not fork.
            long pid = builder.start().pid();
            return new Child(name, pid, startTicks(pid), log.toString());
        } catch (IOException e) {
            throw new ClusterException("cannot start " + name + ": " + e.getMessage(), e);
        }
    }

    /** Whether the process that was started still runs, and is no other one under the same pid. */
    public boolean alive() {
        return startTicks >= 0 && startTicks(pid) == startTicks;
    }

    /** Asks it to end, waits, and ends it by force when it does not within the time. */
    void stop(Duration patience) {
        if (!alive()) {
            return;
        }
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
        if (!Await.until(patience, () -> !alive())) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** The last lines of its log. */
    public String tail() {
        return tail(TAIL_LINES);
    }

    /** The same, of so many lines. */
    String tail(int count) {
        try (var file = new RandomAccessFile(log, "r")) {
            byte[] end = new byte[(int) Math.min(TAIL_BYTES, file.length())];
            file.seek(file.length() - end.length);
            file.readFully(end);
            List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
        } catch (IOException e) {
            return "(" + log + " can't be read: " + e.getMessage() + ")";
        }
    }

    /**
     * Field 22 of /proc/PID/stat; -1 when no such process runs, also when it has ended and only waits to be noticed by
     * its parent. Fields are counted after the name, which may hold blanks.
     */
    private static long startTicks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return fields[0].equals("Z") ? -1 : Long.parseLong(fields[19]);
        } catch (IOException e) {
            return -1;
        }
    }
}
