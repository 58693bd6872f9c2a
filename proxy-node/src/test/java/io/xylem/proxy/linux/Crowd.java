package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Many connections of one instance to {@link CrowdServer}s; some talk all the time, a few bytes every now and then, the
 * others are idle. One thread.
 */
final class Crowd implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;
    private static final int TALK_EVERY_MS = 100;

    /** One connection, and what became of it. */
    static final class Connection {
        volatile boolean idle;
        volatile int server;
        final AtomicLong echoes = new AtomicLong();
        volatile boolean reset;
        volatile boolean ended;
        private volatile boolean mayTalk;
        private final SocketChannel channel;

        private Connection(SocketChannel channel, boolean idle) {
            this.channel = channel;
            this.idle = idle;
        }

        boolean isOpen() {
            return !reset && !ended;
        }
    }

    private final NetworkNamespace namespace;
    private final Selector selector = Selector.open();
    private final List<Connection> all = new CopyOnWriteArrayList<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("crowd").unstarted(this::run);

    Crowd(NetworkNamespace namespace) throws IOException {
        this.namespace = namespace;
        thread.start();
    }

    /** Connects, one after the other. Every third one is idle after the server has said who it is. */
    List<Connection> connect(String address, int count) throws IOException {
        return namespace.call(() -> {
            List<Connection> connected = new java.util.ArrayList<>();
            for (int i = 0; i < count; i++) {
                connected.add(connectOne(address, i % 3 == 0));
            }
            return connected;
        });
    }

    private Connection connectOne(String address, boolean idle) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.socket().connect(new InetSocketAddress(address, CrowdServer.PORT), TIMEOUT_MS);
        channel.socket().setSoTimeout(TIMEOUT_MS);
        Connection connection = new Connection(channel, idle);
        connection.server = channel.socket().getInputStream().read();
        channel.configureBlocking(false);
        all.add(connection);
        selector.wakeup();
        channel.register(selector, SelectionKey.OP_READ, connection);
        connection.mayTalk = !idle;
        return connection;
    }

    List<Connection> where(Predicate<Connection> which) {
        return all.stream().filter(which).toList();
    }

    private void run() {
        try {
            long talkedNs = System.nanoTime();
            while (selector.isOpen()) {
                selector.select(Crowd::read, TALK_EVERY_MS);
                if (System.nanoTime() - talkedNs >= TALK_EVERY_MS * 1_000_000L) {
                    talkedNs = System.nanoTime();
                    all.stream().filter(one -> one.mayTalk).forEach(Crowd::talk);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.nio.channels.ClosedSelectorException e) {
            Thread.currentThread().setName("closed"); // the test is over
        }
    }

    private static void read(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        try {
            if (connection.channel.read(ByteBuffer.allocate(16)) < 0) {
                connection.ended |= !connection.reset;
                key.cancel();
            } else {
                connection.echoes.incrementAndGet();
                connection.mayTalk = true;
            }
        } catch (IOException e) {
            connection.reset = !connection.ended; // else it was closed here while it was being read
            key.cancel();
        }
    }

    private static void talk(Connection connection) {
        connection.mayTalk = false;
        try {
            connection.channel.write(ByteBuffer.wrap(new byte[] {1}));
        } catch (IOException e) {
            connection.reset |= !connection.ended;
        }
    }

    /** From now on the idle ones talk too, which shows whether they still have their server. */
    void wakeIdle() {
        all.forEach(one -> one.idle = false);
        all.stream().filter(Connection::isOpen).forEach(one -> one.mayTalk = true);
    }

    /** Waits until every one of these that talks has gone on talking, or is open no more. */
    void awaitTalk(Predicate<Connection> which) {
        List<Connection> talking = where(which.and(one -> !one.idle && one.isOpen()));
        Map<Connection, Long> before = new HashMap<>();
        talking.forEach(one -> before.put(one, one.echoes.get()));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(talking)
                        .allMatch(one -> !one.isOpen() || one.echoes.get() > before.getOrDefault(one, 0L) + 1));
    }

    /** Ends these connections as a client does. */
    static void end(List<Connection> connections) throws IOException {
        for (Connection connection : connections) {
            connection.mayTalk = false;
            connection.ended = true;
            connection.channel.close();
        }
    }

    @Override
    public void close() throws IOException {
        end(all);
        selector.close();
    }
}
