package io.xylem.cli.demo;

import io.xylem.proxy.linux.NetworkNamespace;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** One TCP connection between two instances that nobody opens again: it lives as long as its flow does. */
final class HeldConnection implements AutoCloseable {
    private static final int PORT = 7;

    private final Socket client;
    private final Socket server;
    private int asked;

    private HeldConnection(Socket client, Socket server) {
        this.client = client;
        this.server = server;
    }

    /** @param address of the server, as the client knows it */
    static HeldConnection open(DemoInstance from, DemoInstance to, String address) throws IOException {
        try (ServerSocket listening = NetworkNamespace.of(to.netns()).call(() -> new ServerSocket(PORT))) {
            Socket client = NetworkNamespace.of(from.netns()).call(() -> {
                var socket = new Socket();
                socket.connect(new InetSocketAddress(address, PORT), (int) ControlPlaneDownIT.PATIENCE.toMillis());
                return socket;
            });
            Socket server = listening.accept();
            for (Socket side : new Socket[] {client, server}) {
                side.setSoTimeout((int) ControlPlaneDownIT.PATIENCE.toMillis());
                side.setTcpNoDelay(true);
            }
            return new HeldConnection(client, server);
        }
    }

    /** There and back again; what is lost on the way is sent again by TCP. */
    void ask() throws IOException {
        int question = asked++ & 0x7f;
        pass(question, client, server);
        pass(question + 1, server, client);
    }

    private static void pass(int value, Socket from, Socket to) throws IOException {
        from.getOutputStream().write(value);
        int got = to.getInputStream().read();
        if (got < 0) {
            throw new EOFException("the connection was ended");
        }
        if (got != value) {
            throw new IOException("sent " + value + ", received " + got);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
