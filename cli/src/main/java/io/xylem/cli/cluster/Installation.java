package io.xylem.cli.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where this program is on the disk, and how it starts another JVM of itself. */
final class Installation {
    /** The directory with {@code lib/} and {@code registry/}; {@code ./xylem} and the build set it. */
    private static final String HOME = "xylem.home";

    /** What the children's libraries need on Java 25, and what makes them start soon. */
    private static final List<String> FLAGS = List.of(
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.xylem.schemas.avro");

    private Installation() {}

    static Path registry() throws ClusterException {
        String home = System.getProperty(HOME, "");
        Path jar = Path.of(home, "registry", "quarkus-run.jar");
        if (home.isEmpty() || !Files.isRegularFile(jar)) {
            throw new ClusterException("the schema registry is not unpacked: found no " + jar + " (system property "
                    + HOME + "); `mvn package` unpacks it, ./xylem sees to both");
        }
        return jar;
    }

    /** A JVM of the version that runs this one. */
    static List<String> java(int heapMb, List<String> flags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heapMb + "m");
        command.addAll(FLAGS);
        command.addAll(flags);
        return command;
    }

    /** A JVM with this one's class path. */
    static List<String> java(int heapMb, List<String> flags, String mainClass, String... arguments) {
        List<String> command = java(heapMb, flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(List.of(arguments));
        return command;
    }
}
