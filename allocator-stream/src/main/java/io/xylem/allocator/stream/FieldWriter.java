package io.xylem.allocator.stream;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes a value of the store, field by field; {@link FieldReader} reads them in the same order. */
final class FieldWriter {
    static final char SEPARATOR = '|';
    static final String ABSENT = "-";

    private final StringBuilder text = new StringBuilder(256);

    FieldWriter(char format) {
        text.append(format);
    }

    /** What is spelt without a separator, and never as {@link #ABSENT}: names, addresses, numbers. */
    FieldWriter plain(@Nullable Object value) {
        text.append(SEPARATOR).append(value == null ? ABSENT : value);
        return this;
    }

    FieldWriter number(long value) {
        text.append(SEPARATOR).append(value);
        return this;
    }

    /** What a user may have written in any way. */
    FieldWriter free(@Nullable String value) {
        if (value == null) {
            return plain(null);
        }
        if (value.indexOf(SEPARATOR) < 0 && value.indexOf('\\') < 0 && !value.equals(ABSENT)) {
            return plain(value);
        }
        return plain(value.equals(ABSENT) ? "\\-" : value.replace("\\", "\\\\").replace("|", "\\p"));
    }

    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
