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

    @Parameters(paramLabel = "DIR", description = "The directory; made if it is not there.")
    private Path dir = Path.of("");

    @Option(
            names = "--server",
            paramLabel = "NAME=HOST,…",
            description = "A broker, with the names and addresses that clients reach it by.")
    private List<String> servers = new ArrayList<>();

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
        for (String server : servers) {
            int equals = server.indexOf('=');
            if (equals < 1 || equals == server.length() - 1) {
                throw wrongUsage("--server takes NAME=HOST,…, not '" + server + "'");
            }
            hostsByServer.put(
                    name(server.substring(0, equals)),
                    List.of(server.substring(equals + 1).split(",", -1)));
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
            issue(authority, server.getKey(), server.getValue(), Map.of());
            write(server.getKey(), "server.properties", serverSettings(server.getKey(), hostsByServer.keySet()));
        }
        for (String client : clients) {
            issue(
                    authority,
                    client,
                    List.of(),
                    client.equals(ROUTING) ? Map.of(StatusSeal.MASTER_KEYS, authority.statusMasterKey()) : Map.of());
        }
        for (Map.Entry<String, String[]> worker : realmAndWorkerByName.entrySet()) {
            String realm = worker.getValue()[0];
            String name = worker.getValue()[1];
            Keys.worker(realm, name); // refuses what can be no worker's name
            issue(
                    authority,
                    worker.getKey(),
                    List.of(),
                    Map.of(StatusSeal.KEY, StatusSeal.workerKey(authority.statusMasterKey(), realm, name)));
        }
        return 0;
    }

    /** @param keys of statuses, by the setting that they are for */
    private void issue(CertificateAuthority authority, String name, List<String> hosts, Map<String, String> keys)
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
        if (!keys.isEmpty()) {
            settings.put("config.providers", "directory");
            settings.put(
                    "config.providers.directory.class",
                    "org.apache.kafka.common.config.provider.DirectoryConfigProvider");
        }
        for (Map.Entry<String, String> key : keys.entrySet()) {
            Secrets.write(own.resolve("status.key"), key.getValue());
            settings.put(key.getKey(), "${directory:" + home(name) + ":status.key}");
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

    private void write(String name, String file, Map<String, String> settings) throws IOException {
        var text = new StringBuilder("# Written by `xylem certificates`. Holds no secret, only where they are.\n");
        settings.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        Files.writeString(dir.resolve(name).resolve(file), text);
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
