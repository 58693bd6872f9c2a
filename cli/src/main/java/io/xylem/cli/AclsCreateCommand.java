package io.xylem.cli;

import io.xylem.schemas.AclAdmin;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "create",
        description = "Allows what the roles need and is not allowed yet. Exit status 1 if something else is allowed or"
                + " denied afterwards.",
        mixinStandardHelpOptions = true)
final class AclsCreateCommand extends BaseCommand {
    @Mixin
    private Grants grants = new Grants();

    @Option(
            names = "--prune",
            description = "Also removes what the catalogue does not have: on topics, groups and transactions of Xylem,"
                    + " on all of them by a wildcard, and of whoever has a role.")
    private boolean prune;

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        List<AclAdmin.Difference> done;
        List<AclAdmin.Difference> left;
        try (Admin admin = Admin.create(connection.client("admin."))) {
            var acls = new AclAdmin(admin);
            List<AclAdmin.Grant> wanted = grants.all();
            done = acls.apply(wanted, prune);
            left = acls.diff(wanted);
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
        if (output.isJson()) {
            out().println(AclsCheckCommand.json(done).toPrettyString());
        } else {
            done.forEach(change ->
                    out().println((change.missing() ? "added: " : "removed: ") + AclAdmin.words(change.right())));
        }
        left.forEach(difference -> err().println("xylem: " + difference));
        return left.isEmpty() ? 0 : 1;
    }
}
