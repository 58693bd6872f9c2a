package io.xylem.cli.demo;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Asks one request after the other. */
final class Traffic implements AutoCloseable {
    private static final int LAST = 20;

    private final DemoInstance client;
    private final String address;
    private final Thread thread;
    private final List<String> lastServers = new ArrayList<>();
    private volatile boolean running = true;
    private int answers;
    private int failures;
    private boolean answeredSinceRestart;
    private final List<String> failuresSinceRestart = new ArrayList<>();

    Traffic(DemoInstance client, String address) {
        this.client = client;
        this.address = address;
        thread = Thread.ofPlatform().start(this::run);
    }

    private void run() {
        while (running) {
            try {
                answered(client.get(address).server());
            } catch (IOException e) {
                failed(e);
            }
        }
    }

    private synchronized void answered(String server) {
        answers++;
        answeredSinceRestart = true;
        lastServers.add(server);
        if (lastServers.size() > LAST) {
            lastServers.removeFirst();
        }
    }

    private synchronized void failed(IOException e) {
        failures++;
        if (answeredSinceRestart) {
            failuresSinceRestart.add(String.valueOf(e.getMessage()));
        }
    }

    /** What fails until the first answer is the restart's. */
    synchronized void restarted() {
        answeredSinceRestart = false;
        failuresSinceRestart.clear();
        lastServers.clear();
    }

    synchronized int failures() {
        return failures;
    }

    synchronized List<String> failuresSinceRestart() {
        return List.copyOf(failuresSinceRestart);
    }

    private synchronized int answers() {
        return answers;
    }

    private synchronized Set<String> servers() {
        return lastServers.size() < LAST ? Set.of() : new HashSet<>(lastServers);
    }

    void awaitAnswers(int more) {
        int enough = answers() + more;
        await().atMost(ControlPlaneDownIT.PATIENCE).until(() -> answers() >= enough);
    }

    /** Until the last few are of these, and of each of them. */
    void awaitAnswersOf(Set<String> expected) {
        await().atMost(ControlPlaneDownIT.PATIENCE).until(() -> servers().equals(expected));
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
