package io.xylem.schemas;

/** Application ids of the streams: their groups, and the prefix of their transactions and internal topics. */
public final class Applications {
    private Applications() {}

    public static String allocator() {
        return Namespace.prefix() + "-allocator-v1";
    }

    public static String routing() {
        return Namespace.prefix() + "-routing-v1";
    }
}
