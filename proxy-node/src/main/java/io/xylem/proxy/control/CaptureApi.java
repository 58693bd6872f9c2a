package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.dataplane.Capture;
import io.xylem.proxy.dataplane.Captured;
import io.xylem.proxy.dataplane.Captures;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.ServiceAddress;
import io.xylem.proxy.domain.Target;
import io.xylem.runtime.HttpEndpoint;
import io.xylem.runtime.HttpEndpoint.Refused;
import io.xylem.runtime.HttpEndpoint.Request;
import io.xylem.runtime.HttpEndpoint.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Packets as they pass, before and after their translation, until there are enough or the time is over:
 *
 * <pre>
 *  GET /capture?address=IP | service=NAME[&amp;instance=N]  &amp;packets=N&amp;seconds=T&amp;format=text|pcapng
 * </pre>
 *
 * Without an address or a service: all. A packet is shown if either side of it has such an address.
 */
final class CaptureApi {
    private static final int DEFAULT_PACKETS = 1_000;
    private static final int MAX_PACKETS = 1_000_000;
    private static final int DEFAULT_SECONDS = 10;
    private static final int MAX_SECONDS = 3_600;
    private static final int POLL_MS = 100;

    private final Captures captures;
    private final Supplier<RouteTable> routes;
    private final LongSupplier clockNs;
    /** What to add to the clock for nanoseconds since 1970. */
    private final long epochNs;

    /** @param clockNs that of the turns */
    CaptureApi(Captures captures, Supplier<RouteTable> routes, LongSupplier clockNs, long nowMs) {
        this.captures = captures;
        this.routes = routes;
        this.clockNs = clockNs;
        epochNs = nowMs * 1_000_000 - clockNs.getAsLong();
    }

    void addTo(HttpEndpoint endpoint) {
        endpoint.route("GET", "/capture", this::capture);
    }

    private Response capture(Request request) {
        Map<String, String> query = request.query();
        long most = number(query, "packets", DEFAULT_PACKETS, MAX_PACKETS);
        long seconds = number(query, "seconds", DEFAULT_SECONDS, MAX_SECONDS);
        CaptureFormat format = switch (query.getOrDefault("format", "text")) {
            case "text" -> new CaptureText();
            case "pcapng" -> new PcapNg();
            default -> throw malformed("a format is text or pcapng, not '" + query.get("format") + "'");
        };
        Capture.Filter filter = filter(query);
        Capture capture;
        try {
            capture = captures.begin(filter);
        } catch (RejectedExecutionException e) {
            throw new Refused(429, "TOO_MANY_CAPTURES", String.valueOf(e.getMessage()));
        }
        return Response.stream(format.contentType(), out -> write(capture, format, most, seconds, out));
    }

    private void write(Capture capture, CaptureFormat format, long most, long seconds, OutputStream out)
            throws IOException {
        try {
            out.write(format.begin());
            out.flush();
            long endNs = clockNs.getAsLong() + seconds * 1_000_000_000;
            long packets = 0;
            while (packets < most && !capture.isOver() && clockNs.getAsLong() - endNs < 0) {
                Captured packet = capture.poll(packets == 0 ? POLL_MS : 0);
                if (packet == null) {
                    out.flush();
                    packet = capture.poll(POLL_MS);
                }
                if (packet != null) {
                    out.write(format.packet(packet, packet.atNs() + epochNs));
                    packets++;
                }
            }
            out.write(format.end(packets, capture.lost(), clockNs.getAsLong() + epochNs));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            captures.end(capture);
        }
    }

    private Capture.Filter filter(Map<String, String> query) {
        String address = query.get("address");
        String service = query.get("service");
        String instance = query.get("instance");
        try {
            if (address != null && service != null) {
                throw malformed("either 'address' or 'service'");
            }
            if (instance != null && service == null) {
                throw malformed("an 'instance' is a number of a 'service'");
            }
            if (address != null) {
                return address(address);
            }
            if (service == null) {
                return (high, low) -> true;
            }
            ServiceName name = ServiceName.parse(service);
            return of(name, instance == null ? null : new InstanceName(name, Integer.parseInt(instance)));
        } catch (IllegalArgumentException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static Capture.Filter address(String text) {
        Ipv6 wanted = Addresses.parse(text);
        return (high, low) -> high == wanted.high() && low == wanted.low();
    }

    /** All addresses of the service or the instance, as the routes say at the moment of the packet. */
    private Capture.Filter of(ServiceName service, @Nullable InstanceName instance) {
        return (high, low) -> {
            RouteTable table = routes.get();
            ServiceAddress dialled = instance == null ? table.service(high, low) : null;
            if (dialled != null && dialled.service().equals(service)) {
                return true;
            }
            Target byInstanceIp = table.instance(high, low);
            Target found = byInstanceIp != null ? byInstanceIp : table.namespace(high, low);
            return found != null
                    && (instance == null
                            ? found.route().instance().service().equals(service)
                            : found.route().instance().equals(instance));
        };
    }

    private static long number(Map<String, String> query, String name, int otherwise, int most) {
        String text = query.getOrDefault(name, Integer.toString(otherwise));
        if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
            throw malformed("'" + name + "' is 1 to " + most + ", not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    private static Refused malformed(String message) {
        return new Refused(400, "MALFORMED_REQUEST", message + "; e.g. /capture?service=A.prod.S.prod&packets=10");
    }
}
