package io.xylem.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A client: {@code Flows COUNT FILE ADDRESS...} holds so many connections to each address, asks on each without an end, and
 * opens new ones too, until the file {@code FILE.stop} is there. What it has seen stands in FILE at any time:
 * {@code address open broken requests fresh failed servers}, a line an address.
 */
final class Flows {
    private static final int CONNECT_MS = 30_000;
    /** A connection that is silent so long counts as broken. */
    private static final int SILENCE_MS = 30_000;
    /** Between two questions on a connection: a load that leaves the machine to the others. */
    private static final int PAUSE_MS = 100;

    private final String address;
    private final LongAdder open = new LongAdder();
    private final LongAdder broken = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder fresh = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Set<String> servers = ConcurrentHashMap.newKeySet();

    private Flows(String address) {
        this.address = address;
    }

    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        Path file = Path.of(args[1]);
        Path stop = Path.of(args[1] + ".stop");
        var stopped = new CountDownLatch(1);
        List<Flows> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (String address : List.of(args).subList(2, args.length)) {
            var flows = new Flows(address);
            all.add(flows);
            for (int i = 0; i < count; i++) {
                threads.add(Thread.ofPlatform().start(() -> flows.hold(stopped)));
            }
            threads.add(Thread.ofPlatform().start(() -> flows.openAgainAndAgain(stopped)));
        }
        while (!Files.exists(stop)) {
            write(file, all);
            var _ = stopped.await(PAUSE_MS, TimeUnit.MILLISECONDS);
        }
        stopped.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        write(file, all);
    }

    private static void write(Path file, List<Flows> all) throws IOException {
        Path next = Path.of(file + ".next");
        Files.write(next, all.stream().map(Flows::line).toList());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private String line() {
        return String.join(
                " ",
                address,
                open.toString(),
                broken.toString(),
                requests.toString(),
                fresh.toString(),
                failed.toString(),
                servers.isEmpty()
                        ? "-"
                        : String.join(",", servers.stream().sorted().toList()));
    }

    /** One connection for the whole time. */
    private void hold(CountDownLatch stopped) {
        try (Socket socket = connect();
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            open.increment();
            String server = ask(socket, in);
            do {
                String now = ask(socket, in);
                if (!now.equals(server)) {
                    throw new IOException(now + " answered on a connection to " + server);
                }
            } while (!stopped.await(PAUSE_MS, TimeUnit.MILLISECONDS));
        } catch (IOException e) {
            System.err.println("a connection to " + address + " broke: " + e);
            broken.increment();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A new connection each time. */
    private void openAgainAndAgain(CountDownLatch stopped) {
        try {
            do {
                try (Socket socket = connect();
                        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
                    servers.add(ask(socket, in));
                    fresh.increment();
                } catch (IOException e) {
                    System.err.println("no new connection to " + address + ": " + e);
                    failed.increment();
                }
            } while (!stopped.await(PAUSE_MS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(address, EchoServer.PORT), CONNECT_MS);
            socket.setSoTimeout(SILENCE_MS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private String ask(Socket socket, BufferedReader in) throws IOException {
        socket.getOutputStream().write("?\n".getBytes(UTF_8));
        String answer = in.readLine();
        if (answer == null) {
            throw new IOException("the connection was closed");
        }
        requests.increment();
        return answer;
    }
}
