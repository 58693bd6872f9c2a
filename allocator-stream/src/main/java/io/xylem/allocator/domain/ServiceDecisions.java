package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.CONFLICTING_REDEFINITION;
import static io.xylem.allocator.domain.Rejection.Code.MALFORMED_EVENT;
import static io.xylem.allocator.domain.Rejection.Code.POOL_EXHAUSTED;
import static io.xylem.allocator.domain.Rejection.Code.SERVICE_HAS_INSTANCES;
import static io.xylem.allocator.domain.Rejection.Code.UNKNOWN_POLICY;

import io.xylem.model.DualAddress;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Services come with one dual address a policy, and go when they have no instances. */
final class ServiceDecisions {
    /** What was asked, read: the addresses may be left to the allocator. */
    private record Wanted(
            String ipType, @Nullable Slot v4, @Nullable Slot v6) {}

    private final Draft draft;
    private final Lookup lookup;
    private final AddressBook addresses;

    ServiceDecisions(Draft draft, Lookup lookup, AddressBook addresses) {
        this.draft = draft;
        this.lookup = lookup;
        this.addresses = addresses;
    }

    Details registered(Event.ServiceRegistered event) {
        List<Wanted> wanted = read(event);
        State.Service known = draft.table(Tables.SERVICES).get(event.service().toString());
        if (known != null) {
            if (!holds(known, wanted)) {
                throw new Refused(
                        CONFLICTING_REDEFINITION,
                        "service '" + known.name() + "' is registered with " + describe(known.ips())
                                + " and not as asked now; allowed: the same policies and addresses, or ServiceRemoved"
                                + " before registering anew");
            }
            return new Details.OfService(known.name(), known.ips());
        }
        // The requested ones first, so that none of them is given to another policy of this service.
        for (Wanted one : wanted) {
            Owner owner = Owner.serviceIp(event.service(), one.ipType());
            request(AddressPlan.V4, one.v4(), owner);
            request(AddressPlan.servicePool(one.ipType()), one.v6(), owner);
        }
        List<ServiceIp> ips = new ArrayList<>();
        for (Wanted one : wanted) {
            Owner owner = Owner.serviceIp(event.service(), one.ipType());
            Slot v4 = requestedOrNext(AddressPlan.V4, one.v4(), owner);
            Slot v6 = requestedOrNext(AddressPlan.servicePool(one.ipType()), one.v6(), owner);
            ips.add(new ServiceIp(one.ipType(), new DualAddress(v4.v4(), v6.v6())));
        }
        draft.add(new Fact.ServiceCreated(new State.Service(event.service(), ips)));
        return new Details.OfService(event.service(), ips);
    }

    Details removed(Event.ServiceRemoved event) {
        State.Service service = lookup.service(event.service());
        ServiceName name = service.name();
        if (draft.table(Tables.INSTANCES).first(Tables.instancesOf(name)) != null) {
            throw new Refused(
                    SERVICE_HAS_INSTANCES,
                    "service '" + name + "' still has instances, " + lookup.instancesOf(name)
                            + "; allowed: ServiceRemoved after InstanceRemoved for each of them");
        }
        draft.add(new Fact.ServiceDeleted(name));
        for (ServiceIp ip : service.ips()) {
            for (State.Place place : Holders.places(ip)) {
                addresses.release(place.pool(), place.slot());
            }
        }
        return new Details.OfService(name, List.of());
    }

    private void request(String pool, @Nullable Slot requested, Owner owner) {
        if (requested != null) {
            addresses.allocateRequested(pool, requested, owner, owner.toString());
        }
    }

    private Slot requestedOrNext(String pool, @Nullable Slot requested, Owner owner) {
        return requested != null ? requested : addresses.allocate(pool, owner, POOL_EXHAUSTED, owner::toString);
    }

    private List<Wanted> read(Event.ServiceRegistered event) {
        List<Event.AddressRequest> requests =
                event.addresses().isEmpty() ? List.of(new Event.AddressRequest("RR", null, null)) : event.addresses();
        Map<String, Wanted> wanted = new LinkedHashMap<>();
        for (Event.AddressRequest request : requests) {
            String ipType = draft.plan()
                    .ipType(request.policy())
                    .orElseThrow(() -> new Refused(
                            UNKNOWN_POLICY,
                            "service '" + event.service() + "' asks for balancing policy '" + request.policy()
                                    + "', which this realm does not have; allowed: "
                                    + draft.plan().ipTypes()));
            Wanted one = new Wanted(
                    ipType,
                    read(event, request.v4(), text -> Slot.of(Ipv4.parse(text))),
                    read(event, request.v6(), text -> Slot.of(Ipv6.parse(text))));
            if (wanted.put(ipType, one) != null) {
                throw new Refused(
                        MALFORMED_EVENT,
                        "service '" + event.service() + "' asks twice for policy " + ipType
                                + "; allowed: one address a policy");
            }
        }
        return List.copyOf(wanted.values());
    }

    private static @Nullable Slot read(
            Event.ServiceRegistered event, @Nullable String text, Function<String, Slot> parser) {
        if (text == null) {
            return null;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    MALFORMED_EVENT,
                    "service '" + event.service() + "' asks for an address that can't be read: " + e.getMessage());
        }
    }

    /** Whether the service has exactly these policies, and the requested addresses among its own. */
    private static boolean holds(State.Service service, List<Wanted> wanted) {
        Map<String, DualAddress> held =
                service.ips().stream().collect(Collectors.toMap(ServiceIp::ipType, ServiceIp::address));
        return held.size() == wanted.size()
                && wanted.stream().allMatch(one -> {
                    DualAddress address = held.get(one.ipType());
                    return address != null
                            && (one.v4() == null || one.v4().equals(Slot.of(address.v4())))
                            && (one.v6() == null || one.v6().equals(Slot.of(address.v6())));
                });
    }

    private static String describe(List<ServiceIp> ips) {
        return ips.stream().map(ip -> ip.ipType() + " " + ip.address()).collect(Collectors.joining(", "));
    }
}
