package io.xylem.bench;

import io.xylem.proxy.control.RealmRoutes;
import io.xylem.proxy.linux.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;

/**
 * From the start of a proxy's process to the first packet that comes through it, there and back, between two instances
 * of its worker; without any broker. With a full realm's routes on its disk, against none.
 */
final class ProxyRestart implements Figure {
    private static final double NS_PER_SECOND = 1e9;
    private static final int HEAP_MB = 256;
    private static final int PORT = 7;
    private static final int ANSWER_MS = 2;
    private static final long PATIENCE_NS = 60_000_000_000L;

    private final Site empty;
    private final Site full;
    private final Comparison restart =
            new Comparison("proxy's start to the first packet, all routes, not none", "s", "at most 3, aim 1.2");

    ProxyRestart(RealmRoutes none, RealmRoutes all) throws IOException {
        empty = new Site("e", none);
        full = new Site("f", all);
    }

    @Override
    public void round(int round) throws Exception {
        boolean fullFirst = round % 2 == 1;
        double ofFull = fullFirst ? full.restart() : 0;
        double ofEmpty = empty.restart();
        restart.add(ofEmpty, fullFirst ? ofFull : full.restart());
    }

    @Override
    public List<Comparison> comparisons() {
        return List.of(restart);
    }

    @Override
    public void close() {
        try (empty) {
            full.close();
        }
    }

    /** A worker and two instances; the second one answers. */
    private static final class Site implements AutoCloseable {
        private final TempDir dir;
        private final Lab lab;
        private final String target;
        private final DatagramSocket server;

        Site(String name, RealmRoutes routes) throws IOException {
            dir = TempDir.create();
            lab = new Lab(Conditions.plain(name));
            var data = dir.directory("data");
            target = routes.save(data, lab.client.name(), lab.server.name()).get(1);
            server = lab.server.call(() -> new DatagramSocket(PORT));
            Thread.ofPlatform().daemon().start(this::answer);
        }

        private void answer() {
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            try {
                while (true) {
                    server.receive(packet);
                    server.send(packet);
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    System.err.println("the server ended: " + e);
                }
            }
        }

        /** @return seconds */
        double restart() throws Exception {
            NetworkNamespace worker = lab.worker1;
            long startNs = System.nanoTime();
            try (Jvm proxy = Jvm.start(
                    dir.file("proxy.log"),
                    HEAP_MB,
                    List.of(),
                    "io.xylem.proxy.ProxyMain",
                    "--override",
                    "bootstrap.servers=127.0.0.1:1",
                    "--override",
                    "schema.registry.url=http://127.0.0.1:1",
                    "--override",
                    "xylem.worker=w0",
                    "--override",
                    "xylem.netns=" + worker.name(),
                    "--override",
                    "xylem.data.dir=" + dir.file("data"))) {
                awaitAnswer(proxy, startNs);
                return (System.nanoTime() - startNs) / NS_PER_SECOND;
            }
        }

        private void awaitAnswer(Jvm proxy, long startNs) throws Exception {
            while (!isAnswered()) {
                proxy.checkAlive();
                if (System.nanoTime() - startNs > PATIENCE_NS) {
                    throw new IllegalStateException("no packet came through; the log ends with\n" + proxy.tail());
                }
            }
        }

        /** A socket of its own each time: one that was opened before the interface keeps no route. */
        private boolean isAnswered() throws Exception {
            try (DatagramSocket client = lab.client.call(() -> new DatagramSocket())) {
                client.setSoTimeout(ANSWER_MS);
                client.send(new DatagramPacket(new byte[] {1}, 1, InetAddress.ofLiteral(target), PORT));
                client.receive(new DatagramPacket(new byte[100], 100));
                return true;
            } catch (SocketTimeoutException | SocketException e) {
                return false; // no answer, or no interface yet
            }
        }

        @Override
        public void close() {
            server.close();
            lab.close();
            dir.close();
        }
    }
}
