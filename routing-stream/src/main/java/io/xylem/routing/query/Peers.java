package io.xylem.routing.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.xylem.routing.stream.RoutingTopology;
import io.xylem.runtime.HttpEndpoint.Refused;
import io.xylem.runtime.HttpEndpoint.Response;
import io.xylem.schemas.RealmPartitioner;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.state.HostInfo;

/**
 * Every realm is at one of the instances of routing: the one that has its partition. Whoever is asked has it answered
 * there; Kafka Streams knows where that is, by each instance's {@code application.server}.
 */
final class Peers {
    /** Marks a question that an instance passes on: whoever gets it answers or refuses. */
    static final String PASSED_ON = "passed-on";

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final KafkaStreams streams;
    private final HostInfo self;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    Peers(KafkaStreams streams, HostInfo self) {
        this.streams = streams;
        this.self = self;
    }

    interface Answer {
        Response get();
    }

    /** @param path that the instance which has the realm is asked for */
    Response answer(String realm, String path, boolean passedOn, Answer here) throws IOException, InterruptedException {
        HostInfo host = hostOf(realm);
        if (host.equals(self)) {
            return here.get();
        }
        if (passedOn) {
            throw notReady("realm '" + realm + "' is moving from this instance to " + text(host));
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + text(host) + path + "?realm="
                        + URLEncoder.encode(realm, UTF_8) + "&" + PASSED_ON + "=true"))
                .timeout(PATIENCE)
                .build();
        try {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Response(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.body());
        } catch (IOException e) {
            throw new Refused(
                    502,
                    "INSTANCE_UNREACHABLE",
                    "realm '" + realm + "' is at the instance " + text(host) + ", which does not answer: " + e
                            + "; its application.server must be an address that the other instances can reach");
        }
    }

    private HostInfo hostOf(String realm) {
        try {
            KeyQueryMetadata metadata = streams.queryMetadataForKey(
                    RoutingTopology.STORE,
                    realm,
                    (_, _, _, partitions) -> Optional.of(Set.of(RealmPartitioner.partition(realm, partitions))));
            if (metadata == null
                    || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)
                    || metadata.activeHost().equals(HostInfo.unavailable())) {
                throw notReady("no instance of routing has the partition of realm '" + realm + "' now");
            }
            return metadata.activeHost();
        } catch (StreamsException | IllegalStateException e) {
            throw notReady(String.valueOf(e.getMessage()));
        }
    }

    static Refused notReady(String why) {
        return new Refused(503, "NOT_READY", "that can't be answered now, ask again: " + why);
    }

    private static String text(HostInfo host) {
        return (host.host().contains(":") ? "[" + host.host() + "]" : host.host()) + ":" + host.port();
    }
}
