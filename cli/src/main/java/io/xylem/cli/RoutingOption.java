package io.xylem.cli;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where routing answers: as named, else that of the development cluster. */
final class RoutingOption {
    @Option(
            names = "--routing",
            paramLabel = "URL",
            description = "HTTP of routing, which knows how far the workers are (default: the development cluster's).")
    private @Nullable URI url;

    /** Empty: another cluster is named, and its routing is not. */
    Optional<RoutingClient> client(Connection connection) throws IOException {
        if (url != null) {
            return Optional.of(new RoutingClient(url));
        }
        return connection.routingUrl().map(RoutingClient::new);
    }
}
