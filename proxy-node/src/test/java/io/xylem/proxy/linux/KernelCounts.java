package io.xylem.proxy.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a namespace's kernel counts. */
final class KernelCounts {
    private KernelCounts() {}

    /** One of {@code /proc/net/snmp}, e.g. {@code FragCreates} of {@code Ip}. */
    static long of(NetworkNamespace namespace, String protocol, String name) throws IOException {
        List<String> lines = namespace.call(() -> Files.readAllLines(Path.of("/proc/thread-self/net/snmp")));
        List<List<String>> namesAndNumbers = lines.stream()
                .filter(line -> line.startsWith(protocol + ": "))
                .map(line -> List.of(line.split(" ")))
                .toList();
        return Long.parseLong(
                namesAndNumbers.getLast().get(namesAndNumbers.getFirst().indexOf(name)));
    }
}
