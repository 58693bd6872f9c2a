package io.xylem.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.DevCluster;

/** A development cluster as {@code -o json} shows it. Fields may be added; none is renamed. */
final class ClusterJson {
    private ClusterJson() {}

    static ObjectNode of(DevCluster cluster, ClusterState state) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("dir", cluster.dir().toString())
                .put("id", state.id())
                .put("running", isRunning(state))
                .put("bootstrap", state.bootstrap())
                .put("registry", state.registryUrl())
                .put("routing", state.routingUrl());
        var processes = json.putArray("processes");
        state.processes()
                .forEach(process -> processes
                        .addObject()
                        .put("name", process.name())
                        .put("pid", process.pid())
                        .put("running", process.alive())
                        .put("log", process.log()));
        var workers = json.putArray("workers");
        state.workers()
                .forEach(worker -> workers.addObject()
                        .put("worker", worker.name())
                        .put("underlay", worker.underlayAddress())
                        .put("netns", worker.netns())
                        .put("url", worker.url()));
        return json;
    }

    static boolean isRunning(ClusterState state) {
        return !state.processes().isEmpty() && state.processes().stream().allMatch(process -> process.alive());
    }
}
