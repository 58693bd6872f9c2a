package io.xylem.cli.demo;

import java.io.IOException;

/** Something did not come out as the example says. */
public final class DemoException extends IOException {
    private static final long serialVersionUID = 1L;

    DemoException(String message) {
        super(message);
    }
}
