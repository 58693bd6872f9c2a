package io.xylem.routing.domain;

import static io.xylem.model.InstanceState.READY;
import static io.xylem.model.InstanceState.SCHEDULED;
import static io.xylem.routing.domain.World.S1;
import static io.xylem.routing.domain.World.given;
import static io.xylem.routing.domain.World.instance;
import static io.xylem.routing.domain.World.worker;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.routing.domain.Verdict.Believed;
import io.xylem.routing.domain.Verdict.Reason;
import io.xylem.routing.domain.Verdict.Refused;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportJudgeTest {
    private final World world = new World();

    @BeforeEach
    void twoWorkersAndAnInstanceOnTheFirst() {
        world.tell(given(1, worker("w1", "192.168.77.1")));
        world.tell(given(2, worker("w2", "192.168.77.2")));
        world.tell(given(3, instance(S1, "w1", "10.18.30.65", SCHEDULED)));
    }

    @Test
    void theHostIsBelieved() {
        assertThat(ReportJudge.judge(world.state, new InstanceReport("w1", S1, true, "", 3, 10)))
                .isEqualTo(new Believed("obs-w1-A.prod.S.prod-1-3-ready-10", S1, true, ""));
        assertThat(ReportJudge.judge(world.state, new InstanceReport("w1", S1, false, "probe failed", 3, 11)))
                .isEqualTo(new Believed("obs-w1-A.prod.S.prod-1-3-unready-11", S1, false, "probe failed"));
    }

    @Test
    void theHostIsBelievedWhenTheRoutesHaveBeenReissued() {
        world.tell(given(4, instance(S1, "w1", "10.18.30.65", READY)));
        world.tell(given(5, worker("w1", "192.168.77.9")));
        for (long version = 3; version <= 5; version++) {
            assertThat(judge("w1", version)).as("version %d", version).isInstanceOf(Believed.class);
        }
    }

    @Test
    void anotherWorkerIsRefused() {
        refused("w2", 3, Reason.HOSTED_ELSEWHERE);
        refused("w9", 3, Reason.HOSTED_ELSEWHERE);
    }

    @Test
    void anUnknownOrRemovedInstanceIsRefused() {
        world.tell(World.takenBack(4, instance(S1, "w1", "10.18.30.65", SCHEDULED)));
        refused("w1", 3, Reason.UNKNOWN_INSTANCE);
    }

    @Test
    void theFormerHostIsRefusedAfterAMigrationEvenWhenTheInstanceComesBack() {
        world.tell(given(4, instance(S1, "w2", "10.18.30.129", SCHEDULED)));
        refused("w1", 3, Reason.HOSTED_ELSEWHERE);
        world.tell(given(5, instance(S1, "w1", "10.18.30.65", SCHEDULED)));
        refused("w1", 3, Reason.EARLIER_PLACEMENT);
        assertThat(judge("w1", 5)).isInstanceOf(Believed.class);
    }

    @Test
    void aCompactedLogDatesAPlacementByWhatWasKnownBefore() {
        world.tell(given(9, instance(S1, "w2", "10.18.30.129", READY))); // its SCHEDULED at w2 is compacted away
        refused("w2", 3, Reason.EARLIER_PLACEMENT);
        assertThat(judge("w2", 7)).isInstanceOf(Believed.class);
    }

    @Test
    void theHostIsBelievedOfAPlacementWhoseBeginningIsCompactedAway() {
        World fresh = new World();
        fresh.tell(given(9, instance(S1, "w1", "10.18.30.65", READY)));
        assertThat(ReportJudge.judge(fresh.state, new InstanceReport("w1", S1, false, "", 3, 1)))
                .isInstanceOf(Believed.class);
    }

    private Verdict judge(String worker, long version) {
        return ReportJudge.judge(world.state, new InstanceReport(worker, S1, true, "", version, 1));
    }

    private void refused(String worker, long version, Reason reason) {
        assertThat(judge(worker, version)).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.message()).contains(worker, S1.toString());
        });
    }
}
