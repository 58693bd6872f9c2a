package io.xylem.schemas;

/** The ids of the stream programs: they name consumer groups, transactions and internal topics, and with them rights. */
public final class Applications {
    public static final String ALLOCATOR = "xylem-allocator-v1";
    public static final String ROUTING = "xylem-routing-v1";

    private Applications() {}
}
