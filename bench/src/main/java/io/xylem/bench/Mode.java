package io.xylem.bench;

import io.xylem.proxy.linux.NetworkNamespace;
import java.io.IOException;

/** One way for packets to get from a client on one worker to a server on another. */
interface Mode extends AutoCloseable {
    String name();

    /** Where the client's programs run. */
    NetworkNamespace client();

    /** Where the server's programs run. */
    NetworkNamespace server();

    /** What the client dials: an address that somebody translates to the server's. */
    String target();

    /** Before each figure. */
    default void prepare() throws IOException {}

    @Override
    void close();
}
