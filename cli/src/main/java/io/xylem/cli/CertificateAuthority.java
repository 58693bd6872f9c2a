package io.xylem.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority in a directory, for development and tests: whoever has the directory is everybody. Made by the
 * JDK's {@code keytool}; keys are P-256.
 *
 * <pre>
 *  authority/  ca.p12, password, status-master.key, registry.password     stays with whoever runs the cluster
 *  ca.pem                                                                for all
 * </pre>
 */
final class CertificateAuthority {
    private static final String CA = "ca";
    private static final int CA_DAYS = 3_650;
    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path dir;

    private CertificateAuthority(Path dir) {
        this.dir = dir;
    }

    /** Of the directory; made if there is none. */
    static CertificateAuthority in(Path dir) throws IOException, GeneralSecurityException {
        var authority = new CertificateAuthority(dir);
        if (!Files.exists(authority.store())) {
            Secrets.directory(authority.secret(""));
            Secrets.write(authority.password(), random());
            authority.generate(
                    CA, "-ext", "bc:c", "-ext", "ku:c=keyCertSign,cRLSign", "-validity", Integer.toString(CA_DAYS));
            Files.writeString(
                    dir.resolve("ca.pem"),
                    pem("CERTIFICATE", authority.load().getCertificate(CA).getEncoded()));
        }
        return authority;
    }

    Path certificate() {
        return dir.resolve("ca.pem");
    }

    /** From which the workers' keys are made, see {@link io.xylem.schemas.StatusSeal}. */
    String statusMasterKey() throws IOException {
        return kept("status-master.key");
    }

    /** By which the schema registry knows everybody. */
    String registryPassword() throws IOException {
        return kept("registry.password");
    }

    /** Made the first time. */
    private String kept(String name) throws IOException {
        Path file = secret(name);
        if (!Files.exists(file)) {
            Secrets.write(file, random());
        }
        return Files.readString(file).strip();
    }

    /**
     * A new key and its certificate, for both ends of a connection.
     *
     * @param hosts names and addresses that it may be reached by; none for a client
     * @return private key and certificates in PEM
     */
    String issue(String name, List<String> hosts, int days) throws IOException, GeneralSecurityException {
        List<String> options = new ArrayList<>(
                List.of("-signer", CA, "-ext", "ku:c=digitalSignature", "-ext", "eku=serverAuth,clientAuth"));
        if (!hosts.isEmpty()) {
            options.addAll(List.of(
                    "-ext",
                    "san="
                            + String.join(
                                    ",",
                                    hosts.stream()
                                            .map(host -> (isAddress(host) ? "ip:" : "dns:") + host)
                                            .toList())));
        }
        options.addAll(List.of("-validity", Integer.toString(days)));
        generate(name, options.toArray(String[]::new));
        KeyStore keys = load();
        char[] password = readPassword();
        Key key = keys.getKey(name, password);
        var pem = new StringBuilder(pem("PRIVATE KEY", key.getEncoded()));
        for (Certificate certificate : keys.getCertificateChain(name)) {
            pem.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        // The authority keeps its own key and nobody else's.
        keys.deleteEntry(name);
        try (OutputStream out = Files.newOutputStream(store())) {
            keys.store(out, password);
        }
        return pem.toString();
    }

    private void generate(String alias, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                "CN=" + (alias.equals(CA) ? "Xylem development CA" : alias),
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store().toString(),
                // Not on the command line, which everybody on the machine can read.
                "-storepass:file",
                password().toString()));
        command.addAll(List.of(more));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said;
        try (InputStream out = keytool.getInputStream()) {
            said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
        try {
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool made no certificate for " + alias + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool made a certificate for " + alias, e);
        }
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store())) {
            keys.load(in, readPassword());
        }
        return keys;
    }

    private char[] readPassword() throws IOException {
        return Files.readString(password()).strip().toCharArray();
    }

    private Path store() {
        return secret("ca.p12");
    }

    private Path password() {
        return secret("password");
    }

    private Path secret(String name) {
        return dir.resolve("authority").resolve(name);
    }

    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN " + what + "-----\n" + PEM.encodeToString(bytes) + "\n-----END " + what + "-----\n";
    }

    private static String random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
