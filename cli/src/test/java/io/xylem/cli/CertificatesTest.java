package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.runtime.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    @TempDir
    Path dir;

    @Test
    void clientsOfTheRegistryGetTheUserThatItLetsIn() throws IOException {
        make("--registry", "registry=registry,localhost", "--client", "deployer");
        make("--registry", "registry=registry,localhost", "--worker", "main/w1");

        Properties registry = load("registry", "registry.properties");
        String user = "xylem:" + registry.getProperty("quarkus.security.users.embedded.users.xylem");
        assertThat(user).hasSizeGreaterThan(30);
        for (String name : new String[] {"deployer", "worker-main-w1"}) {
            Path settings = dir.resolve(name).resolve("client.properties");
            var loaded = Settings.load(Settings.common(), new String[] {
                "--config", settings.toString(),
                "--override", "bootstrap.servers=b:1",
                "--override", "schema.registry.url=https://registry:8443"
            });
            assertThat(loaded.client("")).containsEntry("basic.auth.user.info", user);
            assertThat(loaded.toString()).doesNotContain(user);
            assertThat(settings).content().doesNotContain(user);
        }
        for (String secret : new String[] {
            "registry/registry.properties",
            "registry/identity.pem",
            "deployer/registry.user",
            "authority/registry.password"
        }) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(secret))))
                    .as(secret)
                    .isEqualTo("rw-------");
        }
    }

    private void make(String... options) {
        String[] command = new String[options.length + 2];
        command[0] = "certificates";
        command[1] = dir.toString();
        System.arraycopy(options, 0, command, 2, options.length);
        Cli.Result made = Cli.run(command);
        assertThat(made.status()).as(made.err()).isZero();
    }

    private Properties load(String name, String file) throws IOException {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(dir.resolve(name).resolve(file))) {
            properties.load(reader);
        }
        return properties;
    }
}
