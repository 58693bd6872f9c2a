package io.xylem.acceptance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code ActiveAllocator HOST...}: prints which of them decides, which is the first whose count of outcomes grows. */
final class ActiveAllocator {
    private static final String OUTCOMES = "xylem_allocator_outcomes_total{";
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int PAUSE_MS = 200;

    private ActiveAllocator() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, Double> before = new HashMap<>();
        var never = new CountDownLatch(1);
        long begin = System.nanoTime();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (System.nanoTime() - begin < PATIENCE.toNanos()) {
                for (String host : List.of(args)) {
                    double now = outcomes(http, host);
                    Double first = before.putIfAbsent(host, now);
                    if (first != null && now > first) {
                        System.out.println(host);
                        return;
                    }
                }
                var _ = never.await(PAUSE_MS, TimeUnit.MILLISECONDS);
            }
            throw new IllegalStateException("none of " + List.of(args) + " decides");
        }
    }

    private static double outcomes(HttpClient http, String host) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://" + host + ":8080/metrics"))
                .timeout(PATIENCE)
                .build();
        return http.send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(OUTCOMES))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
