package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Connections of one instance to {@link EchoServer}s, each with a block of random content under way most of the time: what
 * comes back is compared. They go on until this is closed.
 */
final class Transfers implements AutoCloseable {
    private static final int TIMEOUT_MS = 120_000;
    /** Odd, so that segments of all lengths come up. */
    private static final int BLOCK_BYTES = 32_771;
    /** Leaves the machine room for what is tried meanwhile. */
    private static final long PAUSE_NS = 100_000_000;

    /** One connection, and what became of it. */
    static final class Transfer {
        private final Socket socket;
        private final AtomicLong blocks = new AtomicLong();
        private volatile long longestNs;
        volatile @Nullable Exception failure;

        private Transfer(Socket socket) {
            this.socket = socket;
        }
    }

    private final NetworkNamespace namespace;
    private final long seed;
    private final List<Transfer> all = new CopyOnWriteArrayList<>();
    private volatile boolean ended;

    Transfers(NetworkNamespace namespace, long seed) {
        this.namespace = namespace;
        this.seed = seed;
    }

    void begin(String address, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Transfer transfer = new Transfer(namespace.call(() -> {
                Socket socket = new Socket();
                socket.setSoTimeout(TIMEOUT_MS);
                socket.connect(new InetSocketAddress(address, EchoServer.PORT), TIMEOUT_MS);
                return socket;
            }));
            Random content = new Random(seed + all.size());
            all.add(transfer);
            Thread.startVirtualThread(() -> run(transfer, content));
        }
    }

    private void run(Transfer transfer, Random content) {
        byte[] block = new byte[BLOCK_BYTES];
        try (Socket socket = transfer.socket) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (!ended) {
                content.nextBytes(block);
                long begunNs = System.nanoTime();
                out.writeInt(block.length);
                out.write(block);
                out.flush();
                in.readUTF();
                in.readUTF();
                byte[] back = in.readNBytes(in.readInt());
                int difference = Arrays.mismatch(back, block);
                if (difference >= 0) {
                    throw new IOException("block " + transfer.blocks + " came back changed at " + difference);
                }
                transfer.longestNs = Math.max(transfer.longestNs, System.nanoTime() - begunNs);
                transfer.blocks.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NS);
            }
        } catch (IOException e) {
            if (!ended) {
                transfer.failure = e;
            }
        }
    }

    /** Waits until each has sent and received two whole blocks more, or is broken. */
    void awaitProgress() {
        long[] before = all.stream().mapToLong(one -> one.blocks.get()).toArray();
        await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> {
            for (int i = 0; i < before.length; i++) {
                Transfer one = all.get(i);
                assertThat(one.failure != null || one.blocks.get() >= before[i] + 3)
                        .as("transfer %d goes on", i)
                        .isTrue();
            }
        });
    }

    int count() {
        return all.size();
    }

    List<Exception> failures() {
        return all.stream()
                .map(one -> one.failure)
                .filter(failure -> failure != null)
                .toList();
    }

    /** How long a block took there and back, at most, since this was asked last. */
    long longestMs() {
        long longestNs = 0;
        for (Transfer one : all) {
            longestNs = Math.max(longestNs, one.longestNs);
            one.longestNs = 0;
        }
        return longestNs / 1_000_000;
    }

    @Override
    public void close() throws IOException {
        ended = true;
        for (Transfer one : all) {
            one.socket.close();
        }
    }
}
