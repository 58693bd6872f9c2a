package io.xylem.proxy.ebpf;

import java.nio.ByteBuffer;

/** Memory that Java and the programs share so that these can open flows: the maps {@code desks}, {@code ticket_office}, {@code tickets}. */
record OpenedMemory(ByteBuffer desks, ByteBuffer office, ByteBuffer tickets) {}
