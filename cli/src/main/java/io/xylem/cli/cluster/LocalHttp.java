package io.xylem.cli.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One HTTP request to a process of the cluster. The JDK's older client: it starts in a tenth of the newer one's time. */
public final class LocalHttp {
    public record Reply(int status, String body) {}

    private LocalHttp() {}

    /** @param body JSON, or null to send none */
    public static Reply send(String method, String url, @Nullable String body, Duration timeout) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout((int) timeout.toMillis());
        connection.setReadTimeout((int) timeout.toMillis());
        if (body != null) {
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            try (var out = connection.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        }
        int status = connection.getResponseCode();
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Reply(status, in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** A GET whose answer is taken while it comes. @return the answer if it was a refusal, else one without a body */
    static Reply take(String url, Duration timeout, WorkerApi.Taker taker) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setConnectTimeout((int) timeout.toMillis());
        connection.setReadTimeout((int) timeout.toMillis());
        int status = connection.getResponseCode();
        if (status >= 400) {
            try (InputStream in = connection.getErrorStream()) {
                return new Reply(status, in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        try (InputStream in = connection.getInputStream()) {
            taker.take(in);
        }
        return new Reply(status, "");
    }

    /** Whether a GET is answered with 200 within a second. */
    static boolean isOk(String url) {
        try {
            return send("GET", url, null, Duration.ofSeconds(1)).status() == 200;
        } catch (IOException e) {
            return false; // not there yet: the caller asks again, and says so when its patience ends
        }
    }
}
