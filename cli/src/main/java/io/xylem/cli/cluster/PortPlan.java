package io.xylem.cli.cluster;

import io.xylem.broker.FreePorts;
import java.io.IOException;
import java.util.Optional;

/** A port for each process: that of one that runs, else its last one if it is free, else another. */
final class PortPlan {
    private static final ClusterState.Ports NONE = new ClusterState.Ports(0, 0, 0, 0, 0, 0);

    private final FreePorts free = new FreePorts();
    private final Optional<ClusterState> before;

    PortPlan(Optional<ClusterState> before) {
        this.before = before;
    }

    ClusterState.Ports ports() throws ClusterException {
        ClusterState.Ports last = before.map(ClusterState::ports).orElse(NONE);
        return new ClusterState.Ports(
                port(ClusterProcesses.BROKER, last.broker()),
                port(ClusterProcesses.BROKER, last.controller()),
                port(ClusterProcesses.REGISTRY, last.registry()),
                port(ClusterProcesses.REGISTRY, last.registryManagement()),
                port(ClusterProcesses.ALLOCATOR, last.allocator()),
                port(ClusterProcesses.ROUTING, last.routing()));
    }

    int worker(String name) throws ClusterException {
        int last = before.flatMap(cluster -> cluster.worker(name))
                .map(ClusterState.Worker::httpPort)
                .orElse(0);
        return port(ClusterProcesses.worker(name), last);
    }

    private int port(String process, int last) throws ClusterException {
        boolean runs = before.flatMap(cluster -> cluster.process(process))
                .filter(Child::alive)
                .isPresent();
        try {
            return runs ? last : free.again(last);
        } catch (IOException e) {
            throw new ClusterException(String.valueOf(e.getMessage()), e);
        }
    }
}
