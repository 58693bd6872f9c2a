package io.xylem.allocator.stream;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what {@link FieldWriter} wrote. */
final class FieldReader {
    private final String text;
    /** Of the separator before the next field. */
    private int at;

    FieldReader(byte[] bytes) {
        this(new String(bytes, StandardCharsets.UTF_8), 1);
    }

    private FieldReader(String text, int at) {
        this.text = text;
        this.at = at;
    }

    /** Another one that goes on from here. */
    FieldReader copy() {
        return new FieldReader(text, at);
    }

    boolean hasMore() {
        return at < text.length();
    }

    String plain() {
        if (!hasMore() || text.charAt(at) != FieldWriter.SEPARATOR) {
            throw new IllegalStateException("no further field in '" + text + "'");
        }
        int end = text.indexOf(FieldWriter.SEPARATOR, at + 1);
        end = end < 0 ? text.length() : end;
        String field = text.substring(at + 1, end);
        at = end;
        return field;
    }

    <V> @Nullable V optional(Function<String, V> parser) {
        String field = plain();
        return field.equals(FieldWriter.ABSENT) ? null : parser.apply(field);
    }

    long number() {
        return Long.parseLong(plain());
    }

    boolean flag() {
        return Boolean.parseBoolean(plain());
    }

    String free() {
        return unescape(plain());
    }

    @Nullable
    String optionalFree() {
        return optional(FieldReader::unescape);
    }

    private static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder plain = new StringBuilder(field.length());
        boolean isEscaped = false;
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (isEscaped) {
                plain.append(c == 'p' ? FieldWriter.SEPARATOR : c);
                isEscaped = false;
            } else if (c == '\\') {
                isEscaped = true;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }
}
