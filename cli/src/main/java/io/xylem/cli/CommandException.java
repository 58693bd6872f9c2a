package io.xylem.cli;

/** A command can't do what was asked; the message is all that the user sees. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandException(String message) {
        super(message, null, false, false);
    }
}
