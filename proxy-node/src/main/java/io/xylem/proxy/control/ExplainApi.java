package io.xylem.proxy.control;

import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Explained;
import io.xylem.proxy.domain.FiveTuple;
import io.xylem.proxy.domain.ServiceAddress;
import io.xylem.proxy.domain.Target;
import io.xylem.runtime.HttpEndpoint;
import io.xylem.runtime.HttpEndpoint.Refused;
import io.xylem.runtime.HttpEndpoint.Request;
import io.xylem.runtime.HttpEndpoint.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a packet would go and why, by the flows and routes of this moment:
 *
 * <pre>
 *  GET /explain?from=NAMESPACE_IP[:PORT]&amp;to=ADDRESS[:PORT][/tcp|udp|icmp]
 * </pre>
 *
 * An IPv6 address with a port stands in brackets. Without the sender's port, the question is that of a new flow.
 */
final class ExplainApi {
    private static final long TIMEOUT_MS = 5_000;
    private static final int DEFAULT_PORT = 80;
    private static final String EXAMPLE = "e.g. /explain?from=10.18.0.1:40000&to=10.30.0.1:80/tcp";

    // IANA protocol numbers
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP_V6 = 58;

    private final Function<FiveTuple, CompletableFuture<Explained>> explainer;

    ExplainApi(Function<FiveTuple, CompletableFuture<Explained>> explainer) {
        this.explainer = explainer;
    }

    void addTo(HttpEndpoint endpoint) {
        endpoint.route("GET", "/explain", this::explain);
    }

    private Response explain(Request request) throws InterruptedException {
        String to = request.query().getOrDefault("to", "");
        int slash = to.indexOf('/');
        String protocol = slash < 0 ? "tcp" : to.substring(slash + 1);
        boolean hasPorts = !protocol.equals("icmp");
        End source = End.parse("from", request.query().getOrDefault("from", ""), 0);
        End destination = End.parse("to", slash < 0 ? to : to.substring(0, slash), hasPorts ? DEFAULT_PORT : 0);
        if (source.isV4() != destination.isV4()) {
            throw malformed("'from' and 'to' are of one family");
        }
        try {
            return Response.json(view(explainer
                    .apply(new Asked(source, destination, number(protocol, source.isV4())))
                    .get(TIMEOUT_MS, TimeUnit.MILLISECONDS)));
        } catch (TimeoutException e) {
            throw new Refused(504, "NO_ANSWER", "the packets' thread did not answer within " + TIMEOUT_MS + " ms");
        } catch (ExecutionException e) {
            throw new Refused(503, "NOT_EXPLAINED", String.valueOf(e.getCause()));
        }
    }

    private static int number(String protocol, boolean v4) {
        return switch (protocol) {
            case "tcp" -> TCP;
            case "udp" -> UDP;
            case "icmp" -> v4 ? ICMP : ICMP_V6;
            default -> throw malformed("a protocol is tcp, udp or icmp, not '" + protocol + "'");
        };
    }

    private static Refused malformed(String message) {
        return new Refused(400, "MALFORMED_REQUEST", message + "; " + EXAMPLE);
    }

    /** An address as in {@link Addresses}, and a port. */
    private record End(long high, long low, int port) {
        static End parse(String name, String text, int defaultPort) {
            boolean isBracketed = text.startsWith("[") && text.indexOf(']') > 0;
            int colon = isBracketed ? text.indexOf(':', text.indexOf(']')) : text.indexOf(':');
            boolean hasPort = colon > 0 && (isBracketed || colon == text.lastIndexOf(':'));
            String address = hasPort ? text.substring(0, colon) : text;
            try {
                int port = hasPort ? Integer.parseInt(text.substring(colon + 1)) : defaultPort;
                if (port < 0 || port > 65_535) {
                    throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
                }
                return of(isBracketed ? address.substring(1, address.length() - 1) : address, port);
            } catch (IllegalArgumentException e) {
                throw malformed("'" + name + "' is an address and a port, not '" + text + "': " + e.getMessage());
            }
        }

        private static End of(String address, int port) {
            if (address.indexOf(':') < 0) {
                return new End(0, Addresses.mapped(Ipv4.parse(address).bits()), port);
            }
            Ipv6 bits = Ipv6.parse(address);
            return new End(bits.high(), bits.low(), port);
        }

        boolean isV4() {
            return Addresses.isV4(high, low);
        }
    }

    private record Asked(End source, End destination, int protocol) implements FiveTuple {
        @Override
        public long sourceHigh() {
            return source.high;
        }

        @Override
        public long sourceLow() {
            return source.low;
        }

        @Override
        public long destinationHigh() {
            return destination.high;
        }

        @Override
        public long destinationLow() {
            return destination.low;
        }

        @Override
        public int sourcePort() {
            return source.port;
        }

        @Override
        public int destinationPort() {
            return destination.port;
        }
    }

    private static Map<String, Object> view(Explained explained) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("tableVersion", explained.tableVersion());
        put(view, "client", explained.client());
        ServiceAddress service = explained.service();
        if (service != null) {
            view.put("service", service.service().toString());
            view.put("policy", service.ipType());
        }
        view.put("existingFlow", explained.flow());
        Target receiver = explained.receiver();
        if (receiver != null) {
            view.put("instance", receiver.route().instance().toString());
            view.put("worker", receiver.route().worker());
        }
        put(view, "drop", explained.drop());
        view.put("reason", explained.reason());
        view.put(
                "candidates",
                explained.considered().stream().map(ExplainApi::view).toList());
        view.put("path", explained.path());
        return view;
    }

    private static Map<String, Object> view(Explained.Considered considered) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("instance", considered.candidate().instance().toString());
        view.put("worker", considered.candidate().site().worker());
        view.put("weight", considered.candidate().weight());
        view.put("score", considered.score());
        view.put("chosen", considered.chosen());
        return view;
    }

    private static void put(Map<String, Object> view, String name, @Nullable Object value) {
        if (value != null) {
            view.put(name, value.toString());
        }
    }
}
