package io.xylem.cli;

import io.xylem.schemas.AclAdmin.Grant;
import io.xylem.schemas.Role;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Who has which role. */
final class Grants {
    @Option(
            names = "--grant",
            paramLabel = "ROLE=PRINCIPAL",
            description =
                    "Who has a role; may be given more than once, also in a file: @FILE. A name without a type is a"
                            + " user's. Roles: allocator, routing, worker, publisher, auditor, admin. Without it every"
                            + " role is given to the user of its name.")
    private List<String> grants = new ArrayList<>();

    /** @throws IllegalArgumentException if a role or a principal is none */
    List<Grant> all() {
        List<Grant> all = new ArrayList<>();
        for (String grant : grants) {
            int equals = grant.indexOf('=');
            if (equals < 1 || equals == grant.length() - 1) {
                throw new IllegalArgumentException("--grant takes ROLE=PRINCIPAL, not '" + grant + "'");
            }
            String principal = grant.substring(equals + 1);
            all.add(new Grant(
                    Role.of(grant.substring(0, equals)), principal.indexOf(':') < 0 ? "User:" + principal : principal));
        }
        if (grants.isEmpty()) {
            for (Role role : Role.values()) {
                all.add(new Grant(role, "User:" + role.text()));
            }
        }
        return all;
    }
}
