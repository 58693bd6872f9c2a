package io.xylem.proxy.domain;

import io.xylem.balancing.Candidate;
import io.xylem.balancing.Explanation;
import io.xylem.balancing.Policies;
import io.xylem.balancing.Site;
import io.xylem.proxy.domain.Explained.Considered;
import io.xylem.proxy.domain.Explained.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers {@link Translator#explain} by the same tables, in the same order of questions, without touching anything. */
final class Explainer {
    private final FlowTable flows;
    private final Choosers choosers;
    private final Policies policies;
    private final RouteTable routes;
    private final Attachments attachments;
    private final Function<Attachment, Site> site;

    Explainer(
            FlowTable flows,
            Choosers choosers,
            Policies policies,
            RouteTable routes,
            Attachments attachments,
            Function<Attachment, Site> site) {
        this.flows = flows;
        this.choosers = choosers;
        this.policies = policies;
        this.routes = routes;
        this.attachments = attachments;
        this.site = site;
    }

    Explained explain(FiveTuple packet, long nowNs) {
        Attachment own = attachments.find(packet.sourceHigh(), packet.sourceLow());
        if (own == null) {
            return dropped(null, null, List.of(), Drop.SOURCE_NOT_ATTACHED);
        }
        ServiceAddress service = routes.service(packet.destinationHigh(), packet.destinationLow());
        int flow = flows.peekOutbound(packet);
        if (flow != FlowTable.NONE && !flows.isExpired(flow, nowNs)) {
            return ofFlow(packet, own, service, flow);
        }
        if (service == null) {
            return switch (Destinations.byInstanceIp(
                    routes.instance(packet.destinationHigh(), packet.destinationLow()))) {
                case Drop reason -> dropped(own, null, List.of(), reason);
                case Target remote ->
                    taken(
                            packet,
                            own,
                            null,
                            false,
                            List.of(),
                            "an instance IP means that instance",
                            remote,
                            packet.sourcePort());
            };
        }
        Drop refusal = Destinations.refusal(service);
        return refusal != null ? dropped(own, service, List.of(), refusal) : byPolicy(packet, own, service, nowNs);
    }

    private Explained ofFlow(FiveTuple packet, Attachment own, @Nullable ServiceAddress service, int flow) {
        Target was = flows.remote(flow);
        Target now = routes.instance(flows.remoteHigh(flow), flows.remoteLow(flow));
        if (now == null || !now.route().instance().equals(was.route().instance()) || now.isLost()) {
            return dropped(own, service, List.of(), Drop.INSTANCE_GONE);
        }
        String reason = "the flow exists and keeps its instance";
        return taken(packet, own, service, true, List.of(), reason, now, flows.wirePort(flow));
    }

    private Explained byPolicy(FiveTuple packet, Attachment own, ServiceAddress service, long nowNs) {
        Explanation explanation = choosers.explain(service, own.instance(), site.apply(own), nowNs)
                .orElse(null);
        if (explanation == null) {
            return dropped(
                    own,
                    service,
                    considered(service, List.of(), Explanation.UNKNOWN),
                    policies.find(service.ipType()).isEmpty() ? Drop.UNKNOWN_POLICY : Drop.POLICY_FAILED);
        }
        int chosen = explanation.chosen();
        List<Considered> considered = considered(service, explanation.scores(), chosen);
        if (chosen < 0 || chosen >= service.targets().size()) {
            return new Explained(
                    routes.version(),
                    own.instance(),
                    service,
                    false,
                    considered,
                    explanation.reason(),
                    null,
                    null,
                    List.of());
        }
        return taken(
                packet,
                own,
                service,
                false,
                considered,
                explanation.reason(),
                service.targets().get(chosen),
                packet.sourcePort());
    }

    private static List<Considered> considered(ServiceAddress service, List<String> scores, int chosen) {
        List<Considered> considered = new ArrayList<>();
        List<Candidate> candidates = service.candidates();
        for (int i = 0; i < candidates.size(); i++) {
            considered.add(new Considered(candidates.get(i), i < scores.size() ? scores.get(i) : "", i == chosen));
        }
        return considered;
    }

    private Explained dropped(
            @Nullable Attachment own, @Nullable ServiceAddress service, List<Considered> considered, Drop reason) {
        return new Explained(
                routes.version(),
                own == null ? null : own.instance(),
                service,
                false,
                considered,
                "dropped: " + reason,
                null,
                reason,
                List.of());
    }

    private Explained taken(
            FiveTuple packet,
            Attachment own,
            @Nullable ServiceAddress service,
            boolean flow,
            List<Considered> considered,
            String reason,
            Target remote,
            int wirePort) {
        boolean v4 = Addresses.isV4(packet.sourceHigh(), packet.sourceLow());
        String sender = text(packet.sourceHigh(), packet.sourceLow(), packet.sourcePort());
        String dialled = text(packet.destinationHigh(), packet.destinationLow(), packet.destinationPort());
        String instanceIp = text(Addresses.high(own.instanceIp(), v4), Addresses.low(own.instanceIp(), v4), wirePort);
        String receiver = text(
                Addresses.high(remote.route().namespaceIp(), v4),
                Addresses.low(remote.route().namespaceIp(), v4),
                packet.destinationPort());
        List<Step> path = new ArrayList<>();
        path.add(new Step(own.instance() + " on " + routes.worker(), sender, dialled));
        if (!remote.local()) {
            path.add(new Step("tunnel to " + remote.peer(), instanceIp, receiver));
        }
        path.add(new Step(remote.route().instance() + " on " + remote.route().worker(), instanceIp, receiver));
        return new Explained(routes.version(), own.instance(), service, flow, considered, reason, remote, null, path);
    }

    private static String text(long high, long low, int port) {
        String address = Addresses.text(high, low);
        return Addresses.isV4(high, low) ? address + ":" + port : "[" + address + "]:" + port;
    }
}
