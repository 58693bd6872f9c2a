package io.xylem.proxy.domain;

import io.xylem.balancing.Site;
import org.jspecify.annotations.Nullable;

/** Who gets a packet that belongs to no flow. One thread. */
final class Destinations {
    private final Choosers choosers;
    private RouteTable routes = RouteTable.empty("");
    /** Where this worker is; not known before somebody asks. */
    private @Nullable Site site;

    Destinations(Choosers choosers) {
        this.choosers = choosers;
    }

    void use(RouteTable currentRoutes) {
        routes = currentRoutes;
        site = null;
    }

    Verdict.Outbound find(Attachment own, Packet packet, long nowNs) {
        if (packet.isEchoReply()) {
            return Drop.NO_FLOW;
        }
        ServiceAddress service = routes.service(packet.destinationHigh(), packet.destinationLow());
        if (service == null) {
            Target instance = routes.instance(packet.destinationHigh(), packet.destinationLow());
            if (instance != null) {
                instance.usage().note(nowNs);
            }
            return byInstanceIp(instance);
        }
        service.usage().note(nowNs);
        Drop refusal = refusal(service);
        return refusal != null ? refusal : choosers.choose(service, own.instance(), site(own), nowNs);
    }

    /** Who gets a new flow to an instance IP. */
    static Verdict.Outbound byInstanceIp(@Nullable Target instance) {
        if (instance == null) {
            return Drop.UNKNOWN_DESTINATION;
        }
        return instance.reachable() ? instance : Drop.INSTANCE_NOT_READY;
    }

    /** Why no policy need be asked about a new flow to this service; null if one must be. */
    static @Nullable Drop refusal(ServiceAddress service) {
        if (service.placed() == 0) {
            return Drop.SCALED_TO_ZERO;
        }
        return !service.hasTargets() ? Drop.NO_USABLE_INSTANCE : null;
    }

    /** The route of any instance here says where this worker is. */
    Site site(Attachment own) {
        if (site == null) {
            Target route = routes.instance(0, Addresses.low(own.instanceIp(), true));
            if (route == null || !route.local()) {
                return new Site(routes.worker(), null, null);
            }
            site = route.candidate().site();
        }
        return site;
    }
}
