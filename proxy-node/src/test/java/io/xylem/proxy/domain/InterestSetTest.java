package io.xylem.proxy.domain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InterestSetTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long IDLE_NS = 600 * SECOND_NS;
    private static final ServiceName S = TestOverlay.S;
    private static final Ipv6 SERVICE_IP = Addresses.parse("10.30.0.1");
    private static final Ipv6 INSTANCE_IP = Addresses.parse("fdff::2");

    private final InterestSet set = new InterestSet(IDLE_NS);
    private final RouteFold fold = new RouteFold("w1");
    private final Set<ServiceName> withFlows = new HashSet<>();
    private final FlowCounts flows = new FlowCounts() {
        @Override
        public Map<InstanceName, Integer> hosted() {
            return Map.of();
        }

        @Override
        public boolean any(ServiceName service) {
            return withFlows.contains(service);
        }
    };
    private long nowNs = -100 * SECOND_NS;

    private RouteTable known() {
        fold.apply(new ServiceKnown(S, List.of(new ServiceIp("RR", TestOverlay.dual("10.30.0.1", "fdff:2000::1"))), 1));
        fold.apply(new InstanceAt(
                new InstanceName(S, 1),
                TestOverlay.dual("10.30.0.2", "fdff::2"),
                TestOverlay.dual("10.18.1.2", "fc00::2"),
                "w2",
                new Endpoint("192.168.77.2", 50_103),
                InstanceState.READY,
                2));
        return fold.table();
    }

    private boolean review() {
        return set.review(fold.table(), flows, nowNs);
    }

    private Usage usage() {
        return requireNonNull(fold.table().service(SERVICE_IP.high(), SERVICE_IP.low()))
                .usage();
    }

    @Test
    void anAddressTurnsIntoTheServiceThatItMeans() {
        assertThat(set.ask(SERVICE_IP, nowNs)).isTrue();
        assertThat(set.ask(SERVICE_IP, nowNs)).as("again").isFalse();
        set.ask(INSTANCE_IP, nowNs);
        assertThat(set.wanted().addresses()).containsExactly(SERVICE_IP, INSTANCE_IP);
        assertThat(set.resolve(fold.table(), nowNs)).isFalse();
        assertThat(set.resolve(known(), nowNs)).isTrue();
        assertThat(set.wanted()).isEqualTo(new InterestSet.Wanted(List.of(S), List.of()));
    }

    @Test
    void anAddressThatNobodyHasOrNobodyAnswersForIsNotAskedForAnyMore() {
        set.ask(SERVICE_IP, nowNs);
        assertThat(set.unknown(SERVICE_IP)).isTrue();
        assertThat(set.unknown(SERVICE_IP)).isFalse();
        set.ask(INSTANCE_IP, nowNs);
        nowNs += InterestSet.ASKED_NS - 1;
        assertThat(review()).isFalse();
        nowNs++;
        assertThat(review()).isTrue();
        assertThat(set.wanted().addresses()).isEmpty();
    }

    @Test
    void theOldestQuestionMakesRoom() {
        for (int i = 0; i <= InterestSet.ASKED_MOST; i++) {
            set.ask(new Ipv6(0, i), nowNs);
        }
        assertThat(set.wanted().addresses()).hasSize(InterestSet.ASKED_MOST).doesNotContain(new Ipv6(0, 0));
    }

    @Test
    void aServiceIsWantedWhileItIsUsedAndForAWhile() {
        known();
        assertThat(review()).as("known, and never used").isFalse();
        usage().note(nowNs);
        assertThat(review()).isTrue();
        for (int i = 0; i < 5; i++) {
            nowNs += IDLE_NS - SECOND_NS;
            usage().note(nowNs);
            assertThat(review()).isFalse();
        }
        nowNs += IDLE_NS - 1;
        assertThat(review()).isFalse();
        nowNs++;
        assertThat(review()).isTrue();
        assertThat(set.wanted().services()).isEmpty();
        usage().note(nowNs);
        assertThat(review()).as("used before its routes were taken back").isTrue();
        assertThat(set.wanted().services()).containsExactly(S);
    }

    @Test
    void aServiceWithFlowsIsWantedHoweverLongTheyAreSilent() {
        known();
        usage().note(nowNs);
        review();
        withFlows.add(S);
        nowNs += 10 * IDLE_NS;
        assertThat(review()).isFalse();
        withFlows.clear();
        nowNs += IDLE_NS - 1;
        assertThat(review()).isFalse();
        nowNs++;
        assertThat(review()).isTrue();
    }

    @Test
    void aRestartWantsWhatWasWanted() {
        set.restore(List.of(S), nowNs);
        assertThat(set.wanted().services()).containsExactly(S);
        nowNs += IDLE_NS - 1;
        assertThat(review()).isFalse();
        nowNs++;
        assertThat(review()).isTrue();
    }

    @Test
    void anInstanceThatIsUsedByItsOwnAddressIsAnInterestInItsService() {
        known();
        Target target = requireNonNull(fold.table().instance(INSTANCE_IP.high(), INSTANCE_IP.low()));
        target.usage().note(nowNs);
        assertThat(review()).isTrue();
        assertThat(set.wanted().services()).containsExactly(S);
    }
}
