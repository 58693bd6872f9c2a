package io.xylem.proxy.linux;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Asks {@link EchoServer}s from one instance. What comes from another address than was dialled is a failure. */
public final class EchoClient {
    private static final int TIMEOUT_MS = 20_000;

    private final NetworkNamespace namespace;

    public EchoClient(NetworkNamespace namespace) {
        this.namespace = namespace;
    }

    public EchoServer.Told tcp(String to, byte[] content) throws IOException {
        return namespace.call(() -> {
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(TIMEOUT_MS);
                socket.connect(new InetSocketAddress(to, EchoServer.PORT), TIMEOUT_MS);
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                DataInputStream in = new DataInputStream(socket.getInputStream());
                Thread writer = Thread.ofPlatform().start(() -> write(out, content));
                String server = in.readUTF();
                InetAddress seen = InetAddress.getByName(in.readUTF());
                byte[] echo = in.readNBytes(in.readInt());
                writer.join();
                return new EchoServer.Told(server, seen, echo);
            }
        });
    }

    private static void write(DataOutputStream out, byte[] content) {
        try {
            out.writeInt(content.length);
            out.write(content);
            out.flush();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public EchoServer.Told udp(String to, String content) throws IOException {
        return namespace.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.setSoTimeout(TIMEOUT_MS);
                send(socket, to, content);
                DatagramPacket answer = new DatagramPacket(new byte[65_536], 65_536);
                socket.receive(answer);
                if (!answer.getAddress().equals(InetAddress.getByName(to))) {
                    throw new IOException("asked " + to + ", answered by " + answer.getAddress());
                }
                String[] words =
                        new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII).split(" ", 3);
                return new EchoServer.Told(
                        words[0], InetAddress.getByName(words[1]), words[2].getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    /** A datagram that nobody is expected to answer. */
    void shout(String to, String content) throws IOException {
        namespace.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                send(socket, to, content);
            }
            return null;
        });
    }

    private static void send(DatagramSocket socket, String to, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
        socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName(to), EchoServer.PORT));
    }

    /** @return what {@code ping} printed; it failed when it does not say that nothing was lost */
    String ping(String to, int times) throws IOException {
        return ping(to, times, 64);
    }

    /** @param hops how many routers may pass it on, and one more */
    String ping(String to, int times, int hops) throws IOException {
        return namespace.call(() -> {
            Process process = new ProcessBuilder("ping", "-c", "" + times, "-t", "" + hops, "-i", "0.2", "-W", "10", to)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            return said;
        });
    }
}
