package io.xylem.audit;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Function;

/** A place in the log: an offset or a time of the broker's clock, both inclusive. */
public record Moment(long offset, long atMs) {
    /** All that there is. */
    public static final Moment NOW = new Moment(Long.MAX_VALUE, Long.MAX_VALUE);

    private static final List<Function<String, Instant>> FORMS = List.of(
            text -> OffsetDateTime.parse(text).toInstant(),
            text -> LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant(),
            text -> LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant());

    /** @throws IllegalArgumentException saying what is allowed */
    public static Moment parse(String text) {
        if (text.matches("\\d{1,18}")) {
            return new Moment(Long.parseLong(text), Long.MAX_VALUE);
        }
        for (Function<String, Instant> form : FORMS) {
            try {
                return new Moment(Long.MAX_VALUE, form.apply(text).toEpochMilli());
            } catch (DateTimeException _) {
                // The next form may fit.
            }
        }
        throw new IllegalArgumentException("'" + text + "' is neither an offset nor a time: 1234,"
                + " 2026-05-01T12:30:00Z, 2026-05-01T12:30:00 (of this machine's zone), or 2026-05-01");
    }

    boolean isBefore(LoggedEvent event) {
        return isBefore(event.offset(), event.atMs());
    }

    boolean isBefore(long eventOffset, long eventMs) {
        return eventOffset > offset || eventMs > atMs;
    }
}
