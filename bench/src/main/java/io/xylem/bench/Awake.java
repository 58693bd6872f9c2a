package io.xylem.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps all processors awake: on each runs a loop that gives way to everything else (SCHED_IDLE). A virtual processor that
 * has nothing to do is given back to the host, and to have it again takes longer than a packet's way.
 */
final class Awake implements AutoCloseable {
    /** Ends with the process that it is told, however that ends. */
    private static final String LOOP =
            "while kill -0 $0 2>/dev/null; do i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; done";

    private final List<Process> loops = new ArrayList<>();

    Awake() throws IOException {
        try {
            for (int cpu = 0; cpu < Runtime.getRuntime().availableProcessors(); cpu++) {
                loops.add(new ProcessBuilder(
                                "chrt",
                                "--idle",
                                "0",
                                "taskset",
                                "--cpu-list",
                                Integer.toString(cpu),
                                "sh",
                                "-c",
                                LOOP,
                                Long.toString(ProcessHandle.current().pid()))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start());
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        loops.forEach(Process::destroy);
    }
}
