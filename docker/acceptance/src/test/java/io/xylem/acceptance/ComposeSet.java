package io.xylem.acceptance;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.DockerComposeContainer;
import org.testcontainers.containers.ExecInContainerPattern;
import org.testcontainers.lifecycle.Startable;

/** The containers of {@code compose.yaml} in the test's engine, by the names of their services. They end with the engine. */
final class ComposeSet {
    private static final String SERVICE_LABEL = "com.docker.compose.service";

    private final DockerClient docker = DockerClientFactory.instance().client();

    private ComposeSet() {}

    /** Returns when all containers are started, and the parts are ready. */
    @SuppressWarnings("deprecation") // for version 1, which is what Debian 12 has
    static ComposeSet start(boolean version2, Map<String, String> environment, Path... files) {
        List<File> composeFiles = List.of(files).stream().map(Path::toFile).toList();
        Startable compose = version2
                ? new ComposeContainer(composeFiles).withPull(false).withEnv(environment)
                : new DockerComposeContainer<>(composeFiles).withPull(false).withEnv(environment);
        compose.start();
        return new ComposeSet();
    }

    String health(String service) {
        InspectContainerResponse.ContainerState state = inspect(service).getState();
        return state.getHealth() == null ? "" : state.getHealth().getStatus();
    }

    /** SIGKILL; it stays away until it is started. */
    void kill(String service) {
        docker.killContainerCmd(id(service)).exec();
    }

    void start(String service) {
        docker.startContainerCmd(id(service)).exec();
    }

    /** Its network namespace, as the workers see it. */
    String netns(String service) {
        return inspect(service).getNetworkSettings().getSandboxKey();
    }

    ExecResult exec(String service, String... command) throws IOException {
        try {
            return ExecInContainerPattern.execInContainer(docker, inspect(service), command);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + String.join(" ", command) + " ran", e);
        }
    }

    /** @throws IOException with all that it said, if it did not end with 0 */
    String output(String service, String... command) throws IOException {
        ExecResult result = exec(service, command);
        if (result.getExitCode() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + result.getExitCode() + ": "
                    + result.getStdout() + result.getStderr());
        }
        return result.getStdout();
    }

    List<String> services() {
        return docker.listContainersCmd().withShowAll(true).exec().stream()
                .map(Container::getLabels)
                .filter(labels -> labels.containsKey(SERVICE_LABEL))
                .map(labels -> String.valueOf(labels.get(SERVICE_LABEL)))
                .toList();
    }

    String id(String service) {
        return docker
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(SERVICE_LABEL, service))
                .exec()
                .stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the set has no container of '" + service + "'"))
                .getId();
    }

    private InspectContainerResponse inspect(String service) {
        return docker.inspectContainerCmd(id(service)).exec();
    }
}
