package io.xylem.cli.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * What {@code cluster.json} says: the ports, the workers, and the processes that were started last.
 *
 * @param id four letters or digits; the cluster's namespaces and processes carry it
 */
public record ClusterState(String id, Ports ports, List<Worker> workers, List<Child> processes) {
    private static final String FILE = "cluster.json";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** All on the loopback address. */
    public record Ports(int broker, int controller, int registry, int registryManagement, int allocator, int routing) {}

    /**
     * @param number from 1; its last octet in the underlay
     * @param netns the namespace in which its packets live
     */
    public record Worker(String name, int number, String netns, int httpPort) {
        public String underlayAddress() {
            return Underlay.address(number);
        }

        public String url() {
            return "http://127.0.0.1:" + httpPort;
        }
    }

    public ClusterState {
        workers = List.copyOf(workers);
        processes = List.copyOf(processes);
    }

    public String bootstrap() {
        return "127.0.0.1:" + ports.broker;
    }

    public String registryUrl() {
        return "http://127.0.0.1:" + ports.registry + "/apis/ccompat/v7";
    }

    public String routingUrl() {
        return "http://127.0.0.1:" + ports.routing;
    }

    public Optional<Worker> worker(String name) {
        return workers.stream().filter(worker -> worker.name.equals(name)).findFirst();
    }

    ClusterState with(List<Child> current) {
        return new ClusterState(id, ports, workers, current);
    }

    Optional<Child> process(String name) {
        return processes.stream().filter(child -> child.name().equals(name)).findFirst();
    }

    /** Empty when the directory has never held a cluster. */
    static Optional<ClusterState> read(Path dir) throws ClusterException {
        Path file = dir.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), ClusterState.class));
        } catch (IOException e) {
            throw new ClusterException(
                    file + " can't be read (" + e.getMessage() + "); if it is damaged, remove the directory " + dir, e);
        }
    }

    void write(Path dir) throws ClusterException {
        Path part = dir.resolve(FILE + ".part");
        try {
            Files.createDirectories(dir);
            Files.writeString(part, text() + "\n");
            Files.move(part, dir.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new ClusterException("cannot write " + dir.resolve(FILE) + ": " + e.getMessage(), e);
        }
    }

    private String text() throws JsonProcessingException {
        return JSON.writeValueAsString(this);
    }
}
