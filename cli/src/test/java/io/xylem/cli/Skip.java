package io.xylem.cli;

import io.xylem.cli.cluster.Requirements;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** Leaves a test out, and says why where whoever runs it reads it: the reason of an assumption is in the reports only. */
public final class Skip {
    private Skip() {}

    /** Where {@code CI} is set it is not left out, but fails. */
    public static void unlessWorkersAreAllowed() {
        List<String> missing = Requirements.missing();
        if (System.getenv("CI") == null && !missing.isEmpty()) {
            throw because("this machine allows no workers: " + missing);
        }
    }

    /** Says why. @return to be thrown */
    public static TestAbortedException because(String why) {
        System.out.println("SKIPPED: " + why);
        return new TestAbortedException(why);
    }
}
