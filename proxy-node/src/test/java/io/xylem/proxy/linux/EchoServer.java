package io.xylem.proxy.linux;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Answers in one instance, over TCP and UDP: who it is, from which address it was asked, and what it was sent. Sockets
 * live in the instance's namespace, their threads do not need to.
 */
public final class EchoServer implements AutoCloseable {
    static final int PORT = 8080;
    private static final int MAX_BYTES = 64 << 20;

    private final String name;
    private final ServerSocket tcp;
    private final DatagramSocket udp;

    public EchoServer(String name, NetworkNamespace namespace) throws IOException {
        this.name = name;
        tcp = namespace.call(() -> new ServerSocket(PORT, 100, InetAddress.getByName("::")));
        udp = namespace.call(() -> new DatagramSocket(new InetSocketAddress("::", PORT)));
        Thread.ofPlatform().daemon().name("tcp-" + name).start(this::serveTcp);
        Thread.ofPlatform().daemon().name("udp-" + name).start(this::serveUdp);
    }

    /** What a client was told: {@code server}, and the client's address as the server saw it. */
    public record Told(String server, InetAddress seen, byte[] echo) {}

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try {
                Socket socket = tcp.accept();
                Thread.ofPlatform().daemon().start(() -> answer(socket));
            } catch (IOException e) {
                if (!tcp.isClosed()) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                int length = in.readInt();
                if (length < 0 || length > MAX_BYTES) {
                    throw new IOException("length " + length);
                }
                byte[] content = in.readNBytes(length);
                out.writeUTF(name);
                out.writeUTF(socket.getInetAddress().getHostAddress());
                out.writeInt(content.length);
                out.write(content);
                out.flush();
            }
        } catch (IOException e) {
            // The client has closed, or will see that we have: its test says which of the two is a failure.
            Thread.currentThread().setName("ended: " + e.getMessage());
        }
    }

    private void serveUdp() {
        byte[] buffer = new byte[65_536];
        while (!udp.isClosed()) {
            try {
                DatagramPacket asked = new DatagramPacket(buffer, buffer.length);
                udp.receive(asked);
                String answer = name + " " + asked.getAddress().getHostAddress() + " "
                        + new String(asked.getData(), 0, asked.getLength(), StandardCharsets.US_ASCII);
                byte[] bytes = answer.getBytes(StandardCharsets.US_ASCII);
                udp.send(new DatagramPacket(bytes, bytes.length, asked.getSocketAddress()));
            } catch (IOException e) {
                if (!udp.isClosed()) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        tcp.close();
        udp.close();
    }
}
