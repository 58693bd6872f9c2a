package io.xylem.cli.cluster;

import java.util.ArrayList;
import java.util.List;

/** A version of Xylem that processes can be started from. */
public record Release(String name, String classPath) {
    /** The one under test. */
    public static Release current() {
        return new Release("new", System.getProperty("java.class.path"));
    }

    /** The same command with this version's classes. */
    List<String> of(List<String> command) {
        var changed = new ArrayList<>(command);
        changed.set(command.indexOf("-cp") + 1, classPath);
        return changed;
    }
}
