package io.xylem.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** New TCP connections a second, one after the other: connect, one byte there and back, reset. */
final class ConnectionRate {
    private static final int PORT = 7_009;
    private static final int BACKLOG = 1_000;
    private static final int TIMEOUT_MS = 5_000;
    private static final long WARM_UP_NS = 500_000_000L;

    private ConnectionRate() {}

    static double perSecond(Mode mode, int seconds) throws IOException {
        try (ServerSocket listening = mode.server().call(() -> new ServerSocket(PORT, BACKLOG))) {
            Thread.ofPlatform().daemon().start(() -> answer(listening));
            return mode.client().call(() -> {
                long startNs = System.nanoTime() + WARM_UP_NS;
                long endNs = startNs + seconds * 1_000_000_000L;
                int counted = 0;
                for (long nowNs = System.nanoTime(); nowNs < endNs; nowNs = System.nanoTime()) {
                    connect(mode);
                    counted += nowNs >= startNs ? 1 : 0;
                }
                return counted / (double) seconds;
            });
        }
    }

    private static void connect(Mode mode) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.setSoLinger(true, 0); // a reset, so that no port waits
            socket.connect(new InetSocketAddress(InetAddress.getByName(mode.target()), PORT), TIMEOUT_MS);
            socket.getOutputStream().write(1);
            if (socket.getInputStream().read() < 0) {
                throw new IOException("a connection through " + mode.name() + " ended unanswered");
            }
        }
    }

    private static void answer(ServerSocket listening) {
        while (!listening.isClosed()) {
            try (Socket socket = listening.accept()) {
                socket.setTcpNoDelay(true);
                socket.getOutputStream().write(socket.getInputStream().read());
                socket.getInputStream().read(); // until the client resets
            } catch (IOException e) {
                if (!listening.isClosed() && !(e instanceof java.net.SocketException)) {
                    System.err.println("connection: " + e);
                }
            }
        }
    }
}
