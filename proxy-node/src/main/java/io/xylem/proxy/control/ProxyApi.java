package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Fill;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.runtime.HttpEndpoint;
import io.xylem.runtime.HttpEndpoint.Refused;
import io.xylem.runtime.HttpEndpoint.Request;
import io.xylem.runtime.HttpEndpoint.Response;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The worker over HTTP:
 *
 * <pre>
 *  POST   /instances                {"service","instance","netns","timeoutMs","publish"}  →  200 with its addresses
 *  DELETE /instances/{service}/{n}                                              →  204
 *  GET    /instances                                                            →  those attached
 *  GET    /status                                                               →  versions, sizes, counters
 * </pre>
 */
final class ProxyApi {
    private static final long DEFAULT_TIMEOUT_MS = 10_000;
    private static final long MAX_TIMEOUT_MS = 600_000;

    private final FeedSource source;
    private final Routes routes;
    private final RouteFeed feed;
    private final Instances instances;
    private final InterestKeeper interests;
    private final StatusReporter reporter;
    private final Counters counters;
    private final Supplier<FlowCounts> flows;
    private final Map<String, String> offloads;
    private volatile DataPlane dataPlane = new DataPlane("user", "", List::of, List::of);

    ProxyApi(
            FeedSource source,
            Routes routes,
            RouteFeed feed,
            Instances instances,
            InterestKeeper interests,
            StatusReporter reporter,
            Counters counters,
            Supplier<FlowCounts> flows,
            Map<String, String> offloads) {
        this.source = source;
        this.routes = routes;
        this.feed = feed;
        this.instances = instances;
        this.interests = interests;
        this.reporter = reporter;
        this.counters = counters;
        this.flows = flows;
        this.offloads = offloads;
    }

    private record DataPlane(String name, String why, Supplier<List<Fill>> fills, Supplier<List<String>> warnings) {}

    /** What status says of it. */
    void dataPlane(String name, String why, Supplier<List<Fill>> fills, Supplier<List<String>> warnings) {
        dataPlane = new DataPlane(name, why, fills, warnings);
    }

    record AttachRequest(
            @Nullable String service,
            @Nullable Integer instance,
            @Nullable String netns,
            @Nullable Long timeoutMs,
            @Nullable List<String> publish) {}

    record AttachedView(
            String service,
            int instance,
            Desired.Addresses instanceIp,
            Desired.Addresses namespaceIp,
            String netns,
            List<String> publish,
            String state,
            int flows,
            String fault) {}

    void addTo(HttpEndpoint endpoint) {
        endpoint.route("POST", "/instances", this::attach)
                .route("DELETE", "/instances/*", this::detach)
                .route(
                        "GET",
                        "/instances",
                        request -> Response.json(
                                instances.all().stream().map(this::view).toList()))
                .route("GET", "/status", request -> Response.json(status()));
    }

    private Response attach(Request request) throws IOException, InterruptedException {
        AttachRequest asked = request.json(AttachRequest.class);
        if (asked.service() == null
                || asked.instance() == null
                || asked.netns() == null
                || asked.netns().isBlank()) {
            throw malformed("\"service\", \"instance\" and \"netns\" are all needed, e.g."
                    + " {\"service\":\"A.prod.S.prod\",\"instance\":1,\"netns\":\"NAME\"}");
        }
        long timeoutMs = asked.timeoutMs() == null ? DEFAULT_TIMEOUT_MS : asked.timeoutMs();
        if (timeoutMs < 0 || timeoutMs > MAX_TIMEOUT_MS) {
            throw malformed("timeoutMs is 0 to " + MAX_TIMEOUT_MS + ", not " + timeoutMs);
        }
        Desired attached = instances.attach(
                instance(asked.service(), asked.instance()),
                asked.netns(),
                asked.publish() == null ? null : Publications.parse(asked.publish()),
                timeoutMs,
                reporter);
        return Response.json(view(new Instances.Seen(attached, "")));
    }

    private Response detach(Request request) throws IOException {
        int slash = request.rest().indexOf('/');
        String number = request.rest().substring(slash + 1);
        if (slash < 1 || !number.matches("\\d{1,9}")) {
            throw malformed("the path is /instances/{service}/{number}, not /instances/" + request.rest());
        }
        instances.detach(instance(request.rest().substring(0, slash), Integer.parseInt(number)), reporter);
        return Response.empty(204);
    }

    private static InstanceName instance(String service, int number) {
        try {
            return new InstanceName(ServiceName.parse(service), number);
        } catch (IllegalArgumentException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static Refused malformed(String message) {
        return new Refused(400, "MALFORMED_REQUEST", message);
    }

    private AttachedView view(Instances.Seen seen) {
        Desired one = seen.desired();
        String state = routes.find(one.instance())
                .filter(at -> at.worker().equals(source.worker()))
                .map((InstanceAt at) -> at.state().name())
                .orElse("NOT_PLACED_HERE");
        return new AttachedView(
                one.instance().service().toString(),
                one.instance().number(),
                Desired.Addresses.of(one.attachment().instanceIp()),
                Desired.Addresses.of(one.namespaceIp()),
                one.netns(),
                Publications.texts(one.published()),
                state,
                flows.get().hosted().getOrDefault(one.instance(), 0),
                seen.fault());
    }

    private Map<String, Object> status() {
        RouteTable table = routes.table();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("realm", source.realm());
        status.put("worker", source.worker());
        status.put("dataPlane", dataPlane.name());
        status.put("dataPlaneReason", dataPlane.why());
        status.put("warnings", dataPlane.warnings().get());
        status.put("offloads", offloads);
        status.put("feed", source.kind().text());
        status.put("tableVersion", table.version());
        status.put("appliedVersion", routes.applied());
        status.put("caughtUp", feed.isCaughtUp());
        status.put("routes", Map.of("instances", table.instanceCount(), "services", table.serviceCount()));
        status.put("interests", interests.view());
        status.put("attached", instances.attachments().all().size());
        status.put("flows", counters.get(Counters.Count.FLOWS));
        PacketStatus.addTo(status, counters, dataPlane.fills().get());
        return status;
    }
}
