package io.xylem.audit;

/** The event must be refused with this code. */
final class No extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    No(String code) {
        super(code, null, false, false);
        this.code = code;
    }

    String code() {
        return code;
    }
}
