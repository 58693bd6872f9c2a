package io.xylem.cli;

import io.xylem.schemas.Keys;
import io.xylem.schemas.StatusSeal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "certificates",
        description = {
            "Makes a certificate authority for development in DIR, and for each part of a cluster a directory with its"
                    + " key and certificate (identity.pem), the authority's (ca.pem) and the settings to use them.",
            "May be repeated: what is there stays, what is missing is added. Brokers name each part by its certificate:"
                    + " CN=routing is User:routing."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = {
            "  xylem certificates pki --server broker=localhost,127.0.0.1 --client allocator --client routing \\",
            "      --client deployer --client admin --worker main/w1 --worker main/w2",
            "  xylem acls create --bootstrap localhost:9093 --registry … --config pki/broker/client.properties …"
        })
final class CertificatesCommand extends BaseCommand {
    private static final String NAME = "[A-Za-z0-9._-]+";
    private static final String ROUTING = "routing";
    private static final String REGISTRY_USER = "xylem";

    /** A setting whose value is in a file of its own beside the settings. */
    private record SecretFile(String setting, String file, String value) {}

    @Parameters(paramLabel = "DIR", description = "The directory; made if it is not there.")
    private Path dir = Path.of("");

    @Option(
            names = "--server",
            paramLabel = "NAME=HOST,…",
            description = "A broker, with the names and addresses that clients reach it by.")
    private List<String> servers = new ArrayList<>();

    @Option(
            names = "--registry",
            paramLabel = "NAME=HOST,…",
            description =
                    "The schema registry, Apicurio's: what it runs with is in registry.properties. All clients and"
                            + " workers made with it get its credentials.")
    private @Nullable String registry;

    @Option(names = "--client", paramLabel = "NAME", description = "Who connects; routing also gets the workers' keys.")
    private List<String> clients = new ArrayList<>();

    @Option(
            names = "--worker",
            paramLabel = "REALM/NAME",
            description = "A worker: User:worker-REALM-NAME, with the key that proves its status.")
    private List<String> workers = new ArrayList<>();

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "365",
            description = "How long certificates hold (default: ${DEFAULT-VALUE}).")
    private int days = 365;

    @Option(
            names = "--mounted-at",
            paramLabel = "PATH",
            description = "Where each part will find its directory, e.g. in a container. Default: where it is.")
    private @Nullable Path mountedAt;

    @Override
    public Integer call() throws IOException, GeneralSecurityException {
        Map<String, List<String>> hostsByServer = new LinkedHashMap<>();
        servers.forEach(server -> addHosts("--server", server, hostsByServer));
        Map<String, List<String>> hostsByRegistry = new LinkedHashMap<>();
        if (registry != null) {
            addHosts("--registry", registry, hostsByRegistry);
        }
        Map<String, String[]> realmAndWorkerByName = new LinkedHashMap<>();
        for (String worker : workers) {
            String[] parts = worker.split("/", -1);
            if (parts.length != 2) {
                throw wrongUsage("--worker takes REALM/NAME, not '" + worker + "'");
            }
            realmAndWorkerByName.put("worker-" + name(parts[0]) + "-" + name(parts[1]), parts);
        }
        clients.forEach(this::name);

        CertificateAuthority authority = CertificateAuthority.in(dir);
        for (Map.Entry<String, List<String>> server : hostsByServer.entrySet()) {
            issue(authority, server.getKey(), server.getValue(), List.of());
            write(server.getKey(), "server.properties", serverSettings(server.getKey(), hostsByServer.keySet()));
        }
        List<SecretFile> ofRegistry = new ArrayList<>();
        for (Map.Entry<String, List<String>> one : hostsByRegistry.entrySet()) {
            String password = authority.registryPassword();
            issue(authority, one.getKey(), one.getValue(), List.of());
            Secrets.write(
                    dir.resolve(one.getKey()).resolve("registry.properties"),
                    text(registrySettings(one.getKey(), password)));
            ofRegistry.add(new SecretFile("basic.auth.user.info", "registry.user", REGISTRY_USER + ":" + password));
        }
        for (String client : clients) {
            List<SecretFile> secrets = new ArrayList<>(ofRegistry);
            if (client.equals(ROUTING)) {
                secrets.add(new SecretFile(StatusSeal.MASTER_KEYS, "status.key", authority.statusMasterKey()));
            }
            issue(authority, client, List.of(), secrets);
        }
        for (Map.Entry<String, String[]> worker : realmAndWorkerByName.entrySet()) {
            String realm = worker.getValue()[0];
            String name = worker.getValue()[1];
            Keys.worker(realm, name); // refuses what can be no worker's name
            List<SecretFile> secrets = new ArrayList<>(ofRegistry);
            secrets.add(new SecretFile(
                    StatusSeal.KEY, "status.key", StatusSeal.workerKey(authority.statusMasterKey(), realm, name)));
            issue(authority, worker.getKey(), List.of(), secrets);
        }
        return 0;
    }

    private void addHosts(String option, String value, Map<String, List<String>> hostsByName) {
        int equals = value.indexOf('=');
        if (equals < 1 || equals == value.length() - 1) {
            throw wrongUsage(option + " takes NAME=HOST,…, not '" + value + "'");
        }
        hostsByName.put(
                name(value.substring(0, equals)),
                List.of(value.substring(equals + 1).split(",", -1)));
    }

    private void issue(CertificateAuthority authority, String name, List<String> hosts, List<SecretFile> secrets)
            throws IOException, GeneralSecurityException {
        Path own = dir.resolve(name);
        if (Files.exists(own.resolve("identity.pem"))) {
            err().println(own + " is there already");
            return;
        }
        Secrets.directory(own);
        var settings = new LinkedHashMap<String, String>();
        settings.put("security.protocol", "SSL");
        settings.putAll(stores(name));
        if (!secrets.isEmpty()) {
            settings.put("config.providers", "directory");
            settings.put(
                    "config.providers.directory.class",
                    "org.apache.kafka.common.config.provider.DirectoryConfigProvider");
        }
        for (SecretFile secret : secrets) {
            Secrets.write(own.resolve(secret.file()), secret.value());
            settings.put(secret.setting(), "${directory:" + home(name) + ":" + secret.file() + "}");
            if (secret.setting().startsWith("basic.auth.")) {
                settings.put("basic.auth.credentials.source", "USER_INFO");
                settings.put("schema.registry.ssl.truststore.type", "PEM");
                settings.put(
                        "schema.registry.ssl.truststore.location",
                        home(name).resolve("ca.pem").toString());
            }
        }
        Files.copy(authority.certificate(), own.resolve("ca.pem"));
        write(name, "client.properties", settings);
        // Last: what has an identity is complete.
        Secrets.write(own.resolve("identity.pem"), authority.issue(name, hosts, days));
        out().println(own + ": User:" + name);
    }

    private Map<String, String> stores(String name) {
        var stores = new LinkedHashMap<String, String>();
        stores.put("ssl.keystore.type", "PEM");
        stores.put("ssl.keystore.location", home(name).resolve("identity.pem").toString());
        stores.put("ssl.truststore.type", "PEM");
        stores.put("ssl.truststore.location", home(name).resolve("ca.pem").toString());
        return stores;
    }

    private Map<String, String> serverSettings(String name, Iterable<String> servers) {
        var settings = new LinkedHashMap<>(stores(name));
        settings.put("ssl.client.auth", "required");
        settings.put("ssl.principal.mapping.rules", "RULE:^CN=([^,]+).*$/$1/,DEFAULT");
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("allow.everyone.if.no.acl.found", "false");
        // Brokers and controllers among themselves; and whoever gives the first rights does it as one of them.
        var users = new ArrayList<String>();
        servers.forEach(server -> users.add("User:" + server));
        settings.put("super.users", String.join(";", users));
        return settings;
    }

    /** Of Apicurio: HTTPS and a user at its door, and Kafka with its own certificate behind. */
    private Map<String, String> registrySettings(String name, String password) {
        String identity = home(name).resolve("identity.pem").toString();
        var settings = new LinkedHashMap<String, String>();
        settings.put("quarkus.http.insecure-requests", "disabled");
        settings.put("quarkus.http.ssl.certificate.files", identity);
        settings.put("quarkus.http.ssl.certificate.key-files", identity);
        settings.put("quarkus.http.auth.basic", "true");
        settings.put("quarkus.http.auth.permission.all.paths", "/*");
        settings.put("quarkus.http.auth.permission.all.policy", "authenticated");
        settings.put("quarkus.security.users.embedded.plain-text", "true");
        settings.put("quarkus.security.users.embedded.users." + REGISTRY_USER, password);
        settings.put("apicurio.kafka.common.security.protocol", "SSL");
        settings.put(
                "apicurio.kafka.common.ssl.endpoint.identification.algorithm", "https"); // it would believe any name
        stores(name).forEach((key, value) -> settings.put("apicurio.kafka.common." + key, value));
        return settings;
    }

    private void write(String name, String file, Map<String, String> settings) throws IOException {
        Files.writeString(
                dir.resolve(name).resolve(file), "# Holds no secret, only where they are.\n" + text(settings));
    }

    private static String text(Map<String, String> settings) {
        var text = new StringBuilder("# Written by `xylem certificates`.\n");
        settings.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }

    private Path home(String name) {
        return mountedAt != null ? mountedAt : dir.resolve(name).toAbsolutePath();
    }

    private String name(String name) {
        if (!name.matches(NAME) || name.equals("authority")) {
            throw wrongUsage("'" + name + "' can't be in a certificate's name: letters, digits, . _ -");
        }
        return name;
    }
}
