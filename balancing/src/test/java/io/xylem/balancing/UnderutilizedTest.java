package io.xylem.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UnderutilizedTest {
    private final Random random = Service.random();
    private final Service service = new Service(new Underutilized());

    @Test
    void theChosenOneHasTheFewestFlowsForItsWeightWhateverHappens() {
        List<InstanceName> open = new ArrayList<>();
        List<Candidate> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(Service.candidate(i, "w" + i, 1 + random.nextInt(5)));
        }
        for (int step = 0; step < 5_000; step++) {
            if (step % 100 == 0) {
                List<Candidate> present = new ArrayList<>(all);
                present.removeIf(c -> random.nextInt(3) == 0);
                service.among(present.isEmpty() ? all : present);
            }
            switch (random.nextInt(4)) {
                case 0 ->
                    service.measured.reported(new InstanceName(Service.NAME, random.nextInt(12)), random.nextInt(20));
                case 1 -> {
                    if (!open.isEmpty()) {
                        service.measured.closed(open.remove(random.nextInt(open.size())));
                    }
                }
                default -> {
                    Explanation explanation = service.explain();
                    Candidate chosen = service.chosen();
                    assertThat(service.candidates.indexOf(chosen)).isEqualTo(explanation.chosen());
                    for (Candidate other : service.candidates) {
                        assertThat(flows(chosen) * other.weight()).isLessThanOrEqualTo(flows(other) * chosen.weight());
                    }
                    service.measured.opened(chosen.instance());
                    open.add(chosen.instance());
                }
            }
        }
    }

    @Test
    void amongThoseWithTheFewestFlowsItTakesTurnsWhateverHappens() {
        int size = 150;
        service.among(Service.equal(size));
        int last = service.candidates.indexOf(service.chosen());
        for (int step = 0; step < 20_000; step++) {
            InstanceName changed = new InstanceName(Service.NAME, random.nextInt(size));
            switch (random.nextInt(20)) {
                case 0 -> service.measured.reported(changed, random.nextInt(3));
                case 1 -> service.measured.closed(changed);
                case 2, 3 -> service.measured.opened(changed);
                default -> {
                    long least = service.candidates.stream()
                            .mapToLong(this::flows)
                            .min()
                            .orElseThrow();
                    do {
                        last = (last + 1) % size;
                    } while (flows(service.candidates.get(last)) != least);
                    assertThat(service.candidates.indexOf(service.chosen())).isEqualTo(last);
                    if (random.nextBoolean()) {
                        service.measured.opened(service.candidates.get(last).instance());
                    }
                }
            }
        }
    }

    @Test
    void amongIdleOnesItTakesTurns() {
        service.among(Service.equal(7));
        assertThat(Service.spread(service.choose(7 * 10 + 3))).isLessThanOrEqualTo(1);
        service.among(new ArrayList<>(service.candidates));
        assertThat(Service.spread(service.choose(7 * 10 + 4))).isLessThanOrEqualTo(1);
    }

    @Test
    void aReportCountsOnceWhatWasOpenedHere() {
        InstanceName instance = Service.client(1);
        MeasuredState measured =
                new MeasuredState(changed -> assertThat(changed).isEqualTo(instance));
        measured.opened(instance);
        measured.opened(instance);
        assertThat(measured.activeFlows(instance)).isEqualTo(2);
        measured.reported(instance, 5); // two of them are these
        assertThat(measured.activeFlows(instance)).isEqualTo(5);
        measured.opened(instance);
        assertThat(measured.activeFlows(instance)).isEqualTo(6);
        measured.closed(instance);
        measured.closed(instance);
        assertThat(measured.activeFlows(instance)).isEqualTo(4);
        measured.reported(instance, 0); // from before: at least the own ones are known
        assertThat(measured.activeFlows(instance)).isEqualTo(1);
        measured.closed(instance);
        assertThat(measured.activeFlows(instance)).isZero();
    }

    @Test
    void scoresSayFlowsAndWeight() {
        service.among(Service.weighted(1, 2));
        service.measured.opened(service.candidates.get(1).instance());
        assertThat(service.explain())
                .isEqualTo(new Explanation(
                        0, "fewest active flows for its weight", List.of("0 flows, weight 1", "1 flow, weight 2")));
    }

    private long flows(Candidate candidate) {
        return service.measured.activeFlows(candidate.instance());
    }
}
