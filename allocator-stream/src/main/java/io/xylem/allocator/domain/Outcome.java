package io.xylem.allocator.domain;

/** What became of one event. {@code offset} is that of the event's first appearance in the log. */
public record Outcome(String realm, String id, long offset, String type, Result result) {
    public sealed interface Result {}

    public record Accepted(boolean unchanged, Details details) implements Result {}

    public record Rejected(Rejection rejection) implements Result {}
}
