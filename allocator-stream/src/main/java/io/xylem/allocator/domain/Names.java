package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.INVALID_NAME;

import java.util.Optional;
import java.util.regex.Pattern;

/** Names that are not service names. What they may contain keeps keys unambiguous: {@code |} separates their parts. */
public final class Names {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}");
    private static final int SHOWN = 80;

    private Names() {}

    /** Why {@code name} can't be the name of a realm, worker or cluster ({@code what}); empty if it can. */
    public static Optional<Rejection> refusal(String what, String name) {
        if (NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        String shown = name.length() <= SHOWN ? name : name.substring(0, SHOWN) + "…";
        return Optional.of(new Rejection(
                INVALID_NAME,
                "'" + shown + "' is not the name of a " + what
                        + ": 1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit"));
    }

    static void check(String what, String name) {
        refusal(what, name).ifPresent(rejection -> {
            throw new Refused(rejection.code(), rejection.message());
        });
    }
}
