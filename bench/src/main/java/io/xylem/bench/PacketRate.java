package io.xylem.bench;

import io.xylem.model.Ipv4;
import io.xylem.proxy.dataplane.PacketBatch;
import io.xylem.proxy.linux.UdpTunnel;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Thousands of 64-byte UDP datagrams a second that arrive, as the receiver counts them, of one sender that sends as many as
 * it can. Sender and receiver move 64 with a system call and have a large buffer, so that they take as little as possible of
 * the processors that they share with what is measured; the kernel sees each datagram by itself.
 */
final class PacketRate {
    private static final int PORT = 7_008;
    private static final int BYTES = 64;
    private static final int BATCH = 64;
    private static final long WARM_UP_NS = 1_000_000_000L;
    private static final long IDLE_NS = 100_000;

    private PacketRate() {}

    static double kpps(Mode mode, int seconds) throws IOException {
        try (UdpTunnel receiver = UdpTunnel.open(mode.server(), "0.0.0.0", PORT, false);
                UdpTunnel sender = UdpTunnel.open(mode.client(), "0.0.0.0", 0, false)) {
            long startNs = System.nanoTime() + WARM_UP_NS;
            long endNs = startNs + seconds * 1_000_000_000L;
            CompletableFuture<Long> received = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> received.complete(count(receiver, startNs, endNs)));
            PacketBatch batch = PacketBatch.of(BATCH, BYTES);
            for (int i = 0; i < BATCH; i++) {
                batch.setPeer(
                        batch.add(BYTES),
                        0,
                        PacketBatch.mappedV4(Ipv4.parse(mode.target()).bits()),
                        PORT);
            }
            while (System.nanoTime() < endNs) {
                sender.send(batch);
            }
            return received.join() / (seconds * 1e3);
        }
    }

    private static long count(UdpTunnel receiver, long startNs, long endNs) {
        PacketBatch batch = PacketBatch.of(BATCH, BYTES);
        long counted = 0;
        for (long nowNs = System.nanoTime(); nowNs < endNs; nowNs = System.nanoTime()) {
            batch.clear();
            int received = receiver.receive(batch);
            if (received == 0) {
                LockSupport.parkNanos(IDLE_NS);
            } else if (nowNs >= startNs) {
                counted += received;
            }
        }
        return counted;
    }
}
