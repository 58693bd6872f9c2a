package io.xylem.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;

/** Microseconds for one byte there and back over an open TCP connection, the median of many. */
final class RoundTrip {
    private static final int WARM_UP = 2_000;
    private static final int COUNTED = 10_000;
    private static final int PORT = 7_007;

    private RoundTrip() {}

    static double p50Micros(Mode mode) throws IOException {
        try (ServerSocket listening = mode.server().call(() -> new ServerSocket(PORT))) {
            Thread echo = Thread.ofPlatform().daemon().start(() -> echo(listening));
            long[] nanos = mode.client().call(() -> {
                try (Socket socket = new Socket()) {
                    socket.setTcpNoDelay(true);
                    socket.connect(new InetSocketAddress(InetAddress.getByName(mode.target()), PORT), 5_000);
                    return series(socket);
                }
            });
            echo.interrupt();
            Arrays.sort(nanos);
            return nanos[nanos.length / 2] / 1e3;
        }
    }

    private static long[] series(Socket socket) throws IOException {
        long[] nanos = new long[COUNTED];
        for (int i = -WARM_UP; i < COUNTED; i++) {
            long start = System.nanoTime();
            socket.getOutputStream().write(1);
            if (socket.getInputStream().read() < 0) {
                throw new IOException("the echo ended");
            }
            if (i >= 0) {
                nanos[i] = System.nanoTime() - start;
            }
        }
        return nanos;
    }

    private static void echo(ServerSocket listening) {
        try (Socket socket = listening.accept()) {
            socket.setTcpNoDelay(true);
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                socket.getOutputStream().write(b);
            }
        } catch (IOException e) {
            // The client sees it as the end of its series and says so.
            System.err.println("echo: " + e);
        }
    }
}
