package io.xylem.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory that is gone after its use. */
final class TempDir implements AutoCloseable {
    private final Path path;

    private TempDir(Path path) {
        this.path = path;
    }

    static TempDir create() throws IOException {
        return new TempDir(Files.createTempDirectory("xylem-bench-"));
    }

    /** The name is not made into a file or directory. */
    Path file(String name) {
        return path.resolve(name);
    }

    Path directory(String name) throws IOException {
        return Files.createDirectory(path.resolve(name));
    }

    static void delete(Path tree) {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        delete(path);
    }
}
