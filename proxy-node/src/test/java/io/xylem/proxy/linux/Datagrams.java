package io.xylem.proxy.linux;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** One flow of numbered datagrams to an {@link EchoServer}, a hundred a second, of which each is answered or lost. */
final class Datagrams implements AutoCloseable {
    private static final long EVERY_NS = 10_000_000;

    private final DatagramSocket socket;
    private final InetSocketAddress to;
    private final Set<Long> unanswered = ConcurrentHashMap.newKeySet();
    private volatile long sent;
    private volatile long highest = -1;

    Datagrams(NetworkNamespace namespace, String address) throws IOException {
        socket = namespace.call(() -> new DatagramSocket());
        to = new InetSocketAddress(address, EchoServer.PORT);
        Thread.ofPlatform().daemon().name("ask").start(this::ask);
        Thread.ofPlatform().daemon().name("hear").start(this::hear);
    }

    private void ask() {
        for (long number = 0; !socket.isClosed(); number++) {
            byte[] text = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
            unanswered.add(number);
            try {
                socket.send(new DatagramPacket(text, text.length, to));
            } catch (IOException e) {
                ended(e);
            }
            sent = number + 1;
            LockSupport.parkNanos(EVERY_NS);
        }
    }

    private void hear() {
        byte[] buffer = new byte[200];
        while (!socket.isClosed()) {
            try {
                DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
                socket.receive(answer);
                String text = new String(buffer, 0, answer.getLength(), StandardCharsets.US_ASCII);
                long number = Long.parseLong(text.substring(text.lastIndexOf(' ') + 1));
                unanswered.remove(number);
                highest = Math.max(highest, number);
            } catch (IOException e) {
                ended(e);
            }
        }
    }

    private void ended(IOException failure) {
        if (!socket.isClosed()) {
            throw new UncheckedIOException(failure);
        }
    }

    long sent() {
        return sent;
    }

    /** How many of those sent before now stay without an answer, as later ones have theirs. */
    long lost() {
        long before = sent;
        await().atMost(Duration.ofMinutes(3)).until(() -> highest >= before + 20);
        return unanswered.stream().filter(number -> number < before).count();
    }

    @Override
    public void close() {
        socket.close();
    }
}
