package io.xylem.cli;

import io.xylem.allocator.stream.AllocatorService;
import io.xylem.allocator.stream.StreamsSettings;
import io.xylem.routing.RoutingMain;
import io.xylem.runtime.Settings;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.config.ConfigDef;

/** Allocator and routing inside this JVM, each with a properties file, as an operator would start them. */
final class Roles implements AutoCloseable {
    /** What a role could not go on from. */
    final List<Throwable> faults = new CopyOnWriteArrayList<>();

    private final Path dir;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    Roles(Path dir) {
        this.dir = dir;
    }

    void startAllocator(Path file, String... overrides) throws Exception {
        running.push(AllocatorService.start(
                settings(StreamsSettings.definition(), "allocator", file, overrides), faults::add));
    }

    void startRouting(Path file, String... overrides) throws Exception {
        running.push(RoutingMain.start(settings(RoutingMain.settings(), "routing", file, overrides), faults::add));
    }

    private Settings settings(ConfigDef known, String role, Path file, String... overrides) {
        List<String> arguments = new ArrayList<>(
                List.of("--config", file.toString(), "--override", "state.dir=" + dir.resolve("state-" + role)));
        for (String override : overrides) {
            arguments.addAll(List.of("--override", override));
        }
        return Settings.load(known, arguments.toArray(String[]::new));
    }

    static Path write(Path file, Map<String, String> settings) throws IOException {
        var properties = new Properties();
        properties.putAll(settings);
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
        return file;
    }

    @Override
    public void close() {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a role did not end in order", e);
            }
        }
    }
}
