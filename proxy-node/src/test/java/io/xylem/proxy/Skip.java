package io.xylem.proxy;

import org.junit.jupiter.api.Assumptions;

/** Leaves a test out, and says why where whoever runs it reads it: the reason of an assumption is in the reports only. */
public final class Skip {
    private Skip() {}

    public static void unless(boolean possible, String why) {
        if (!possible) {
            because(why);
        }
    }

    public static void because(String why) {
        System.out.println("SKIPPED: " + why);
        Assumptions.abort(why);
    }
}
