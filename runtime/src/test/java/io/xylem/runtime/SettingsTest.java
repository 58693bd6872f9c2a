package io.xylem.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final ConfigDef DEFINITION = Settings.common()
            .define("xylem.worker", ConfigDef.Type.STRING, "nobody", ConfigDef.Importance.HIGH, "Name.");

    @TempDir
    Path directory;

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("app.properties"), content);
    }

    @Test
    void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
        Path file = file("bootstrap.servers=file:1\nschema.registry.url=http://file\nxylem.worker=file\n");
        Settings settings = Settings.load(
                DEFINITION,
                new String[] {"--config", file.toString(), "--override", "bootstrap.servers=line:1"},
                Map.of("XYLEM_BOOTSTRAP_SERVERS", "env:1", "XYLEM_WORKER", "env"));

        assertThat(settings.list(Settings.BOOTSTRAP_SERVERS)).isEqualTo(List.of("line:1"));
        assertThat(settings.text("xylem.worker")).isEqualTo("env");
        assertThat(settings.list(Settings.SCHEMA_REGISTRY_URL)).isEqualTo(List.of("http://file"));
    }

    @Test
    void theEnvironmentMayNameTheFile() throws IOException {
        Path file = file("bootstrap.servers=file:1\nschema.registry.url=http://file\n");
        Settings settings = Settings.load(
                DEFINITION, new String[0], Map.of("XYLEM_CONFIG", file.toString(), "XYLEM_BOOTSTRAP_SERVERS", "env:1"));

        assertThat(settings.list(Settings.SCHEMA_REGISTRY_URL)).isEqualTo(List.of("http://file"));
        assertThat(settings.list(Settings.BOOTSTRAP_SERVERS)).isEqualTo(List.of("env:1"));
        assertThatThrownBy(() -> Settings.load(DEFINITION, new String[0], Map.of("XYLEM_CONFIG", "/nowhere/at/all")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("XYLEM_CONFIG /nowhere/at/all: there is no such file");
    }

    @Test
    void kafkasKeysArePassedOnAndAClientsPrefixWins() throws IOException {
        Path file = file("""
                bootstrap.servers=b:1
                schema.registry.url=http://r
                linger.ms=7
                producer.linger.ms=0
                consumer.reconnect.backoff.max.ms=50
                """);
        Settings settings = Settings.load(
                DEFINITION,
                new String[] {"--config", file.toString()},
                Map.of("XYLEM_SSL_KEYSTORE_PASSWORD", "geheim", "XYLEM_HOME", "elsewhere"));

        assertThat(settings.client("producer.")).containsEntry("linger.ms", "0");
        assertThat(settings.client("consumer."))
                .containsEntry("linger.ms", "7")
                .doesNotContainKey("producer.linger.ms");
        assertThat(settings.streams()).containsEntry("producer.linger.ms", "0").doesNotContainKey("home");
        assertThat(settings.streams().keySet()).noneMatch(key -> key.startsWith("xylem."));
        assertThat(settings.client("consumer.")).containsEntry("reconnect.backoff.max.ms", "50");
        assertThat(settings.streams())
                .containsEntry("reconnect.backoff.max.ms", 1000)
                .containsEntry("socket.connection.setup.timeout.ms", 1000);
        assertThat(settings.toString())
                .contains("ssl.keystore.password = [hidden]")
                .doesNotContain("geheim");
    }

    @Test
    void secretsComeByKafkasProvidersAndAreInNoLog() throws IOException {
        Files.writeString(directory.resolve("secrets.properties"), "registry=user:geheim1\n");
        Files.writeString(directory.resolve("status.key"), "geheim2");
        Path file = file("""
            bootstrap.servers=b:1
            schema.registry.url=http://user:geheim3@r:8081,http://s:8081
            config.providers=file,directory,env
            config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider
            config.providers.directory.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider
            config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
            basic.auth.user.info=${file:%1$s/secrets.properties:registry}
            xylem.worker=${directory:%1$s:status.key}
            sasl.client.callback.handler.class=${env:PATH}
            ssl.keystore.key=geheim4
            consumer.sasl.jaas.config=geheim5
            sasl.oauthbearer.token.endpoint.url=geheim6
            """.formatted(directory));
        Settings settings = Settings.load(DEFINITION, new String[] {"--config", file.toString()}, Map.of());

        assertThat(settings.client("")).containsEntry("basic.auth.user.info", "user:geheim1");
        assertThat(settings.client("")).containsEntry("sasl.client.callback.handler.class", System.getenv("PATH"));
        assertThat(settings.text("xylem.worker")).isEqualTo("geheim2");
        assertThat(settings.toString())
                .doesNotContain("geheim", System.getenv("PATH"))
                .contains("basic.auth.user.info = [hidden]")
                .contains("http://[hidden]@r:8081, http://s:8081");
    }

    @Test
    void whatIsMissingOrWrongIsNamed() {
        assertThatThrownBy(() -> Settings.load(DEFINITION, new String[] {}, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("bootstrap.servers");
        assertThatThrownBy(() -> Settings.load(DEFINITION, new String[] {"--confg", "x"}, Map.of()))
                .hasMessageContaining("--confg")
                .hasMessageContaining("--config FILE");
        assertThatThrownBy(() -> Settings.load(DEFINITION, new String[] {"--config", "absent.properties"}, Map.of()))
                .hasMessageContaining("absent.properties");
        assertThatThrownBy(() -> Settings.load(
                        DEFINITION,
                        new String[] {},
                        Map.of(
                                "XYLEM_BOOTSTRAP_SERVERS", "b:1",
                                "XYLEM_SCHEMA_REGISTRY_URL", "http://r",
                                "XYLEM_LATENCY", "warp")))
                .hasMessageContaining("warp")
                .hasMessageContainingAll("LOW", "BALANCED", "THROUGHPUT");
    }
}
