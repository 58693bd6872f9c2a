package io.xylem.cli.cluster;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * What the user of a cluster wants otherwise in its streams and workers: {@code settings.properties} in its directory,
 * which he may edit. Each program takes of it what it knows, at its start.
 */
final class UserSettings {
    private static final String FILE = "settings.properties";

    private UserSettings() {}

    /** Writes them down for this start and later ones. */
    static void keep(Path dir, Map<String, String> more) throws ClusterException {
        if (more.isEmpty()) {
            return;
        }
        Properties all = read(dir);
        all.putAll(more);
        Path file = dir.resolve(FILE);
        try (Writer out = Files.newBufferedWriter(file)) {
            all.store(out, "Settings of allocator, routing and workers, by `xylem up --override` or by hand.");
        } catch (IOException e) {
            throw new ClusterException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** @throws ClusterException when one of them is the cluster's own to say */
    static void addTo(Properties settings, Path dir) throws ClusterException {
        Properties wanted = read(dir);
        for (String key : wanted.stringPropertyNames()) {
            if (settings.containsKey(key)) {
                throw new ClusterException("a development cluster sets " + key + " itself; take it out of "
                        + dir.resolve(FILE) + ", where it is " + wanted.getProperty(key));
            }
        }
        settings.putAll(wanted);
    }

    private static Properties read(Path dir) throws ClusterException {
        Properties read = new Properties();
        Path file = dir.resolve(FILE);
        if (Files.exists(file)) {
            try (Reader in = Files.newBufferedReader(file)) {
                read.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw new ClusterException("cannot read " + file + ": " + e.getMessage(), e);
            }
        }
        return read;
    }
}
