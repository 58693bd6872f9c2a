package io.xylem.cli;

import io.xylem.audit.Audit;
import io.xylem.audit.Moment;
import io.xylem.audit.RealmFilter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which part of which log a question is about. */
final class AuditScope {
    @Option(
            names = "--realm",
            paramLabel = "REALM",
            description = "Only this realm. Default: every realm for verify and leaks, main for address and state.")
    private @Nullable String realm;

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private PoliciesOption policies = new PoliciesOption();

    RealmFilter realmOrAll() {
        return new RealmFilter(realm);
    }

    RealmFilter realmOrMain() {
        return new RealmFilter(realm == null ? "main" : realm);
    }

    Audit audit(RealmFilter realms) throws IOException {
        return new Audit(connection.client("consumer."), realms, policies.of(connection));
    }

    Connection connection() {
        return connection;
    }

    static Moment moment(BaseCommand command, @Nullable String at) {
        try {
            return at == null ? Moment.NOW : Moment.parse(at);
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage("--at: " + e.getMessage());
        }
    }
}
