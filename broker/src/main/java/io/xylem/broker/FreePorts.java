package io.xylem.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free TCP ports of the loopback address. They are picked below the range from which Linux takes the local ports of
 * outgoing connections (32768 on), so that none of these takes one between its choice and its use.
 */
public final class FreePorts {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;
    private static final int ATTEMPTS = 1_000;

    private final Set<Integer> given = new HashSet<>();

    /** A port that is free now and was not given by this object before. */
    public synchronized int next() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (!given.contains(port) && isFree(port)) {
                given.add(port);
                return port;
            }
        }
        throw new IOException("found no free TCP port between " + LOWEST + " and " + HIGHEST + " in " + ATTEMPTS
                + " attempts; `ss -ltn` shows who holds them");
    }

    /** The port of an earlier start, if it is still free: addresses that people noted down stay right. */
    public synchronized int again(int port) throws IOException {
        return port > 0 && isFree(port) && given.add(port) ? port : next();
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
