package io.xylem.bench;

/**
 * What a mode is measured under.
 *
 * @param lab short: it is the middle of the namespaces' names
 * @param isCrowded beside the routes and the flow that are measured there are very many others
 * @param isBig super-packets of 185 kB (BIG TCP) on Xylem's own interfaces and the underlay's
 * @param isWire the underlay's devices can't cut what is in a tunnel, as many cards can't
 */
record Conditions(String lab, boolean isCrowded, boolean isWire, boolean isBig) {
    static final int ROUTES = 63_000;
    static final int FLOWS = 100_000;

    static Conditions plain(String lab) {
        return new Conditions(lab, false, false, false);
    }

    static Conditions crowded(String lab) {
        return new Conditions(lab, true, false, false);
    }

    static Conditions wire(String lab) {
        return new Conditions(lab, false, true, false);
    }

    static Conditions big(String lab) {
        return new Conditions(lab, false, false, true);
    }

    /** What is added to a mode's name. */
    String suffix() {
        return (isCrowded ? ", " + ROUTES + " routes, " + FLOWS + " flows" : "")
                + (isWire ? ", wire" : "")
                + (isBig ? ", BIG TCP" : "");
    }
}
