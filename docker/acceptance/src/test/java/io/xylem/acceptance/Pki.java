package io.xylem.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The certificates and secrets of the set, made by the command, as README.md tells its users. */
final class Pki {
    /** Who the containers run as; the workers' are root without the right to read others' files. */
    private static final int USER = 10001;

    private static final List<String> OPTIONS = List.of(
            "--mounted-at /run/xylem --registry registry=registry",
            "--server kafka-1=kafka-1 --server kafka-2=kafka-2 --server kafka-3=kafka-3",
            "--client admin --client allocator --client routing --client operator",
            "--worker main/w1 --worker main/w2 --worker main/w3");

    private Pki() {}

    /** @return where they are; those of an earlier run are good as they are */
    static Path make(Engine engine, Path docker, Path log) throws IOException, InterruptedException {
        Path dir = Path.of("target", "pki").toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                docker.resolve("cli/target/image/lib") + "/*",
                "io.xylem.cli.Xylem",
                "certificates",
                dir.toString()));
        OPTIONS.forEach(options -> command.addAll(List.of(options.split(" ", -1))));
        int exit = engine.run(log, command.toArray(String[]::new));
        if (exit != 0) {
            throw new IOException("the certificates can't be made:\n" + Files.readString(log));
        }
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.toList()) {
                String part = dir.relativize(file).toString();
                if (!part.startsWith("worker-") && !part.startsWith("authority")) {
                    Files.setAttribute(file, "unix:uid", USER);
                }
            }
        }
        return dir;
    }
}
