package io.xylem.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.common.header.Header;

/** What a record says even when its value is null. */
public final class Headers {
    /** The offset of the deployment event that caused the record, as decimal text. */
    public static final String VERSION = "xylem-version";

    /** Its presence says that more records of the same version follow: what has this one has not all of the version. */
    private static final String MORE = "xylem-more";

    private Headers() {}

    /** @throws IllegalArgumentException if the header is missing or not a number: the record is not one of ours */
    public static long version(org.apache.kafka.common.header.Headers headers) {
        Header header = headers.lastHeader(VERSION);
        if (header == null || header.value() == null) {
            throw new IllegalArgumentException("the record has no header '" + VERSION + "'");
        }
        String text = new String(header.value(), UTF_8);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the record's header '" + VERSION + "' is an offset in decimal text, not '" + text + "'", e);
        }
    }

    /** Whether more records of the same version follow for the same reader; then it does not have that version yet. */
    public static boolean more(org.apache.kafka.common.header.Headers headers) {
        return headers.lastHeader(MORE) != null;
    }

    public static void setMore(org.apache.kafka.common.header.Headers headers) {
        headers.remove(MORE).add(MORE, new byte[0]);
    }

    /** Replaces what was there. */
    public static void setVersion(org.apache.kafka.common.header.Headers headers, long version) {
        headers.remove(VERSION).add(VERSION, Long.toString(version).getBytes(UTF_8));
    }
}
