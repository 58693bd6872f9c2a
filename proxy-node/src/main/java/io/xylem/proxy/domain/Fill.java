package io.xylem.proxy.domain;

/** How full a table is that has an end. */
public record Fill(String table, long entries, long capacity) {}
