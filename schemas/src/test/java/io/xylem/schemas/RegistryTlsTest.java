package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path dir;

    private static Path keystore;
    private static SSLContext context;

    @BeforeAll
    static void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        keystore = dir.resolve("registry.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "registry",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keystore.toString())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor()).as(() -> log(dir.resolve("keytool.log"))).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keystore)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
    }

    @Test
    void aCertificateOfTheTrustStoreIsTrusted() throws IOException {
        try (FakeRegistryServer server = FakeRegistryServer.startTls(context)) {
            HttpRegistry registry = new HttpRegistry(new RegistryConfig(Map.of(
                    "schema.registry.url",
                    "https://" + server.hostAndPort(),
                    "schema.registry.ssl.truststore.location",
                    keystore.toString(),
                    "schema.registry.ssl.truststore.type",
                    "PKCS12",
                    "schema.registry.ssl.truststore.password",
                    PASSWORD)));
            assertThat(registry.compatibility(null)).contains(Compatibility.BACKWARD);
        }
    }

    @Test
    void anyOtherIsNot() throws IOException {
        try (FakeRegistryServer server = FakeRegistryServer.startTls(context)) {
            HttpRegistry registry = new HttpRegistry(
                    new RegistryConfig(Map.of("schema.registry.url", "https://" + server.hostAndPort())));
            assertThatThrownBy(() -> registry.compatibility(null))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("SSL");
            assertThat(server.requests).isEmpty();
        }
    }

    private static String log(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "no output: " + e;
        }
    }
}
