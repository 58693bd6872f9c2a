package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.balancing.BalancingPolicy;
import io.xylem.balancing.InstanceChooser;
import io.xylem.balancing.Policies;
import io.xylem.balancing.RoundRobin;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.List;

/** A realm that a test talks to in short words. Each event has a new id and comes a millisecond after the one before. */
public final class Realm {
    /** A second policy, so that a service can have two service IPs. */
    static final BalancingPolicy CLOSEST = new BalancingPolicy() {
        @Override
        public String ipType() {
            return "closest";
        }

        @Override
        public String descriptorField() {
            return "closest_ip";
        }

        @Override
        public Ipv6Prefix v6Prefix() {
            return Ipv6Prefix.parse("fdff:1000::/21");
        }

        @Override
        public InstanceChooser newChooser() {
            return choice -> 0;
        }
    };

    public static final RealmSettings DEFAULTS =
            RealmSettings.defaults(new Policies(List.of(new RoundRobin(), CLOSEST)));

    /** Pools that a test can empty: 4 workers with 6 namespace IPs each, 14 semantic addresses. */
    public static final RealmSettings SMALL = new RealmSettings(
            List.of(Ipv4Prefix.parse("10.18.0.0/27")),
            29,
            DEFAULTS.workerV6(),
            120,
            List.of(Ipv4Prefix.parse("10.30.0.0/28")),
            DEFAULTS.instanceV6(),
            DEFAULTS.serviceV6(),
            DEFAULTS.restConfirmedMs(),
            DEFAULTS.restMs(),
            DEFAULTS.eventMemoryMs());

    public static final String S = "A.prod.S.prod";

    public final RealmStore store;
    final List<Fact> facts = new ArrayList<>();
    long nowMs = 1_700_000_000_000L;
    long offset = -1;

    Realm(RealmSettings settings) {
        this(new InMemoryRealmStore("main", new AddressPlan(settings)));
    }

    public Realm(RealmStore store) {
        this.store = store;
    }

    void passMs(long ms) {
        nowMs += ms;
    }

    public Outcome send(Event event) {
        return send("event-" + (offset + 1), event);
    }

    Outcome send(String id, Event event) {
        nowMs++;
        offset++;
        Allocator.Handled handled = Allocator.handle(store, id, event, nowMs, offset);
        facts.addAll(handled.facts());
        return handled.outcome();
    }

    /** Must be accepted and change something. */
    Details ok(Event event) {
        Outcome outcome = send(event);
        assertThat(outcome.result()).isInstanceOf(Outcome.Accepted.class);
        Outcome.Accepted accepted = (Outcome.Accepted) outcome.result();
        assertThat(accepted.unchanged()).as("unchanged").isFalse();
        return accepted.details();
    }

    Details unchanged(Event event) {
        Outcome outcome = send(event);
        assertThat(outcome.result()).isInstanceOf(Outcome.Accepted.class);
        Outcome.Accepted accepted = (Outcome.Accepted) outcome.result();
        assertThat(accepted.unchanged()).as("unchanged").isTrue();
        return accepted.details();
    }

    /** Must be rejected so, and leave every table but the memory of ids alone. */
    String refused(Rejection.Code code, Event event) {
        int before = facts.size();
        Outcome outcome = send(event);
        assertThat(outcome.result()).isInstanceOf(Outcome.Rejected.class);
        Rejection rejection = ((Outcome.Rejected) outcome.result()).rejection();
        assertThat(rejection.code()).as(rejection.message()).isEqualTo(code);
        assertThat(facts.subList(before, facts.size()))
                .noneMatch(fact -> !(fact instanceof Fact.EventRemembered
                        || fact instanceof Fact.EventForgotten
                        || fact instanceof Fact.MemorySwept
                        || fact instanceof Fact.WithdrawalEnded));
        return rejection.message();
    }

    /** Schedules and returns the placement. */
    public Details.OfPlacement schedule(String service, int number, String worker) {
        return (Details.OfPlacement) ok(scheduled(service, number, worker));
    }

    public Realm withWorkers(String... workers) {
        for (String worker : workers) {
            ok(joined(worker));
        }
        return this;
    }

    public Realm withService(String service) {
        ok(registered(service));
        return this;
    }

    static Event joined(String worker) {
        return new Event.WorkerJoined(worker, "c1", new Endpoint("192.168.77.1", 50103), null, null);
    }

    static Event registered(String service, Event.AddressRequest... addresses) {
        return new Event.ServiceRegistered(ServiceName.parse(service), List.of(addresses));
    }

    static Event.AddressRequest v4(String policy, String address) {
        return new Event.AddressRequest(policy, address, null);
    }

    static Event.AddressRequest v6(String policy, String address) {
        return new Event.AddressRequest(policy, null, address);
    }

    static Event removed(String service) {
        return new Event.ServiceRemoved(ServiceName.parse(service));
    }

    static InstanceName name(String service, int number) {
        return new InstanceName(ServiceName.parse(service), number);
    }

    static Event scheduled(String service, int number, String worker) {
        return new Event.InstanceScheduled(name(service, number), worker);
    }

    static Event removed(String service, int number) {
        return new Event.InstanceRemoved(name(service, number));
    }

    static Event migrated(String service, int number, String worker) {
        return new Event.InstanceMigrated(name(service, number), worker);
    }
}
