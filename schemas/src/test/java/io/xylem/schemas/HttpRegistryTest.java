package io.xylem.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpRegistryTest extends RegistryContract {
    private FakeRegistryServer server;
    private HttpRegistry registry;

    @BeforeEach
    void start() throws IOException {
        server = FakeRegistryServer.start();
        registry = new HttpRegistry(server.config());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    SchemaRegistry registry() {
        return registry;
    }

    @Test
    void whatAnIdMeansIsAskedOnce() {
        int id = registry.register("s", ONE, false);
        server.requests.clear();
        IntStream.range(0, 3).forEach(_ -> registry.byId(id));
        assertThat(server.requests).extracting(FakeRegistryServer.Request::line).containsExactly("GET /schemas/ids/1");
    }

    @Test
    void theNameOfASubjectIsOneSegmentOfThePath() {
        registry.register("a/b c?", ONE, true);
        assertThat(server.requests)
                .extracting(FakeRegistryServer.Request::line)
                .containsExactly("POST /subjects/a%2Fb%20c%3F/versions?normalize=true");
    }

    @Test
    void aRefusalCarriesTheRegistrysReason() {
        server.answerAlways(409, "{\"error_code\":409,\"message\":\"READER_FIELD_MISSING_DEFAULT_VALUE: c\"}");
        assertThatThrownBy(() -> registry.register("s", ONE, false))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("POST /subjects/s/versions")
                .hasMessageContaining("READER_FIELD_MISSING_DEFAULT_VALUE: c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | {\"error_code\":50001,\"message\":\"Error in the backend data store\"} | Error in the backend",
                "503 | ''                                       | HTTP 503",
                "401 | {\"error_code\":401,\"message\":\"Unauthorized\"} | HTTP 401",
                "404 | <html>no such page</html>                | HTTP 404 <html>",
                "404 | {\"error_code\":404,\"message\":\"HTTP 404 Not Found\"} | schema.registry.url, its path",
                "200 | <html>Welcome to the hotel</html>        | Welcome to the hotel",
                "200 | {\"schema\":\"{\"}                       | can't parse",
                "200 | {\"schema\":                             | HTTP 200",
            })
    void whatIsNoRegistrysAnswerSaysNothingOfTheRecord(int status, String body, String reason) {
        server.answerAlways(status, body);
        assertThatThrownBy(() -> registry.byId(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("/schemas/ids/1")
                .hasMessageContaining(reason);
        // And it is not remembered.
        server.answerAsARegistry();
        server.registry.register("s", ONE, false);
        assertThat(registry.byId(1)).isEqualTo(ONE);
    }

    @Test
    void anObjectionWithoutReasonGetsOne() {
        server.isTerse = true;
        registry.register("s", ONE, false);
        assertThat(registry.objections("s", WITH_DEFAULT)).isEmpty();
        assertThat(registry.objections("s", WITHOUT_DEFAULT))
                .anySatisfy(reason -> assertThat(reason).contains("READER_FIELD_MISSING_DEFAULT_VALUE"));
    }

    @Test
    void aSchemaThatIsNotPlainAvroIsRefused() {
        server.answerAlways(200, "{\"schemaType\":\"PROTOBUF\",\"schema\":\"message M {}\"}");
        assertThatThrownBy(() -> registry.byId(1))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("PROTOBUF");
    }

    @Test
    void theNextUrlIsAskedWhenOneDoesNotAnswer() throws IOException {
        try (FakeRegistryServer second = FakeRegistryServer.start()) {
            HttpRegistry both = new HttpRegistry(config("schema.registry.url", server.url() + "/," + second.url()));
            server.answerAlways(503, "");
            both.register("s", ONE, false);
            assertThat(server.requests).hasSize(1);
            assertThat(second.requests).hasSize(1);
            // The one that answered goes first from now on.
            both.byId(1);
            assertThat(server.requests).hasSize(1);
            second.stop();
            server.answerAsARegistry();
            assertThat(both.register("s", ONE, false)).isEqualTo(1);
            server.stop();
            assertThatThrownBy(() -> both.byId(2))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining(server.url() + " does not answer")
                    .hasMessageContaining(second.url() + " does not answer");
        }
    }

    @Test
    void aRefusalIsAnAnswerAndTheNextUrlIsNotAsked() throws IOException {
        try (FakeRegistryServer second = FakeRegistryServer.start()) {
            HttpRegistry both = new HttpRegistry(config("schema.registry.url", server.url() + "," + second.url()));
            assertCode(() -> both.byId(7), RegistryException.NO_SUCH_SCHEMA);
            assertThat(second.requests).isEmpty();
        }
    }

    @Test
    void credentialsComeFromWhereTheSourceSays() {
        ask(config("schema.registry.url", server.url()));
        ask(config("schema.registry.url", "http://ann:secret@" + server.hostAndPort()));
        ask(config(
                "schema.registry.url", server.url(),
                "basic.auth.credentials.source", "USER_INFO",
                "basic.auth.user.info", "ben:geheim"));
        ask(config(
                "schema.registry.url",
                server.url(),
                "basic.auth.credentials.source",
                "SASL_INHERIT",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"cy\" password=\"pw\";"));
        assertThat(server.requests)
                .extracting(request -> request.authorization()
                        .map(header ->
                                new String(Base64.getDecoder().decode(header.substring("Basic ".length())), UTF_8))
                        .orElse("none"))
                .containsExactly("none", "ann:secret", "ben:geheim", "cy:pw");
    }

    @Test
    void secretsAreNotInMessages() {
        server.answerAlways(503, "");
        HttpRegistry withSecret =
                new HttpRegistry(config("schema.registry.url", "http://ann:secret@" + server.hostAndPort()));
        assertThatThrownBy(() -> withSecret.byId(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .message()
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "schema.registry.url, '', at least one URL",
        "schema.registry.url, ftp://h, mock://",
        "schema.registry.url, http://a b, not a URL",
        "basic.auth.credentials.source, KEYTAB, USER_INFO",
        "basic.auth.credentials.source, USER_INFO, basic.auth.user.info",
        "basic.auth.credentials.source, SASL_INHERIT, sasl.jaas.config",
        "schema.registry.ssl.endpoint.identification.algorithm, '', always verified",
        "auto.register.schemas, perhaps, perhaps",
    })
    void aWrongSettingIsRefusedByName(String key, String value, String hint) {
        Map<String, String> settings = new java.util.HashMap<>(Map.of("schema.registry.url", "http://localhost:1"));
        settings.put(key, value);
        assertThatThrownBy(() -> new HttpRegistry(new RegistryConfig(settings)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(hint);
    }

    private static void ask(RegistryConfig config) {
        assertThat(new HttpRegistry(config).compatibility(null)).contains(Compatibility.BACKWARD);
    }

    private static RegistryConfig config(String... keysAndValues) {
        Map<String, String> map = new java.util.HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new RegistryConfig(map);
    }
}
