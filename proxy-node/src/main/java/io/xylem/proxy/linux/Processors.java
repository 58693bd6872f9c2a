package io.xylem.proxy.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many processors the kernel makes room for; more than there are, where some could be added. */
final class Processors {
    private static final Path POSSIBLE = Path.of("/sys/devices/system/cpu/possible");

    private Processors() {}

    static int possible() throws IOException {
        return count(Files.readString(POSSIBLE));
    }

    /** Of a list such as {@code 0-3,5}. */
    static int count(String list) {
        int count = 0;
        for (String range : list.strip().split(",", -1)) {
            String[] ends = range.split("-", -1);
            count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
        }
        return count;
    }
}
