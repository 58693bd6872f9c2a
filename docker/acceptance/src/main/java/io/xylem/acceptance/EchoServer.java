package io.xylem.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;

/** An instance: says its name to each line that a connection brings. {@code EchoServer NAME}. */
final class EchoServer {
    static final int PORT = 8000;

    private EchoServer() {}

    public static void main(String[] args) throws IOException {
        byte[] name = (args[0] + "\n").getBytes(UTF_8);
        try (var server = new ServerSocket(PORT)) {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket, name));
            }
        }
    }

    private static void serve(Socket socket, byte[] name) {
        try (socket;
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            while (in.readLine() != null) {
                socket.getOutputStream().write(name);
            }
        } catch (IOException e) {
            System.err.println("a connection broke: " + e); // the client counts it
        }
    }
}
