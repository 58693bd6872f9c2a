package io.xylem.bench;

import io.xylem.model.Ipv4;
import io.xylem.proxy.dataplane.PacketBatch;
import io.xylem.proxy.linux.UdpTunnel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Very many flows beside the one that is measured: datagrams from some ports to very many, which the server's kernel drops. */
final class Crowd implements AutoCloseable {
    private static final int PORTS_EACH = 1_000;
    private static final int FIRST_PORT = 20_000;
    private static final int BATCH = 50;
    private static final int MOST_ROUNDS = 60;
    /** Well below what a flow of datagrams may be silent. */
    private static final long AGAIN_NS = 60_000_000_000L;

    private static final long PAUSE_NS = 200_000_000;

    private final Mode mode;
    private final int flows;
    private final LongSupplier known;
    private final List<UdpTunnel> sockets = new ArrayList<>();
    private long doneNs;

    /** @param known how many of them the worker that knows fewest knows */
    Crowd(Mode mode, int flows, LongSupplier known) throws IOException {
        this.mode = mode;
        this.flows = flows;
        this.known = known;
        String ports = FIRST_PORT + "-" + (FIRST_PORT + PORTS_EACH - 1);
        Commands.check(mode.server(), "nft", "add table ip crowd");
        Commands.check(mode.server(), "nft", "add chain ip crowd in { type filter hook input priority 0; }");
        Commands.check(mode.server(), "nft", "add rule ip crowd in udp dport " + ports + " drop");
        for (int i = 0; i < flows / PORTS_EACH; i++) {
            sockets.add(UdpTunnel.open(mode.client(), "0.0.0.0", 0, false));
        }
        doneNs = System.nanoTime() - AGAIN_NS;
    }

    /** All flows are there, and will be for a while. */
    void prepare() throws IOException {
        if (System.nanoTime() - doneNs < AGAIN_NS) {
            return;
        }
        send();
        for (int round = 1; known.getAsLong() < flows; round++) {
            if (round == MOST_ROUNDS) {
                throw new IOException(mode.name() + " knows only " + known.getAsLong() + " of " + flows + " flows");
            }
            LockSupport.parkNanos(PAUSE_NS); // the agents may be behind
            if (known.getAsLong() < flows) {
                send();
            }
        }
        doneNs = System.nanoTime();
    }

    private void send() throws IOException {
        PacketBatch batch = PacketBatch.of(BATCH, 1);
        long target = PacketBatch.mappedV4(Ipv4.parse(mode.target()).bits());
        for (UdpTunnel socket : sockets) {
            for (int sent = 0; sent < PORTS_EACH; sent += BATCH) {
                batch.clear();
                for (int i = 0; i < BATCH; i++) {
                    batch.setPeer(batch.add(1), 0, target, FIRST_PORT + sent + i);
                }
                socket.send(batch);
            }
        }
    }

    @Override
    public void close() {
        sockets.forEach(UdpTunnel::close);
    }
}
