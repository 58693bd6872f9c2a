package io.xylem.balancing;

import static io.xylem.balancing.Service.candidate;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceName;
import io.xylem.model.Location;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClosestTest {
    private static final Location MUNICH = new Location(48.14, 11.58);
    private static final Location BERLIN = new Location(52.52, 13.40);
    private static final Location TOKYO = new Location(35.68, 139.69);

    private final Random random = Service.random();
    private final Service service = new Service(new Closest());

    @Test
    void theOwnWorkerComesFirstHoweverCloseTheOthersAre() {
        service.among(List.of(candidate(1, "w1", 1), candidate(2, "w0", 1)));
        service.measured.answered("w1", 1);
        assertThat(service.chosen().site().worker()).isEqualTo("w0");
        assertThat(service.explain().reason()).contains("own worker");
    }

    @Test
    void beforeAMeasurementTheZoneComesFirstAndThenTheWayOnEarth() {
        service.site = new Site("w0", "eu-1", MUNICH);
        List<Candidate> all = List.of(
                at(1, "nowhere", null, null),
                at(2, "tokyo", "jp-1", TOKYO),
                at(3, "berlin", "eu-2", BERLIN),
                at(4, "zone", "eu-1", null),
                at(5, "own", "eu-1", MUNICH));
        List<Integer> order = new ArrayList<>();
        for (List<Candidate> left = all; !left.isEmpty(); ) {
            Candidate chosen = service.among(left).chosen();
            order.add(chosen.instance().number());
            left = left.stream().filter(candidate -> !candidate.equals(chosen)).toList();
        }
        assertThat(order).containsExactly(5, 4, 3, 2, 1);
    }

    @Test
    void theWayOnEarthIsThatOfTheGlobe() {
        assertThat(Distance.km(MUNICH, BERLIN)).isBetween(500.0, 510.0);
        assertThat(Distance.km(MUNICH, TOKYO)).isBetween(9_300.0, 9_450.0);
        assertThat(Distance.km(new Location(0, 179.9), new Location(0, -179.9))).isBetween(22.0, 23.0);
        assertThat(Distance.km(new Location(90, 0), new Location(-90, 77))).isBetween(20_000.0, 20_030.0);
    }

    @Test
    void theChosenOneIsNeverFartherThanTheMarginFromTheClosest() {
        int workers = 8;
        long[] roundTrips = random.longs(workers, 50_000, 5_000_000).toArray();
        service.among(Service.equal(workers));
        for (int step = 0; step < 2_000; step++) {
            int changed = random.nextInt(workers);
            roundTrips[changed] = Math.max(10_000, (long) (roundTrips[changed] * (0.5 + random.nextDouble())));
            set("w" + (changed + 1), roundTrips[changed]);
            service.nowNs += Closest.LOOK_AGAIN_NS;
            long measured = service.measured.roundTripNs(service.chosen().site().worker());
            long closest = Long.MAX_VALUE;
            for (int i = 1; i <= workers; i++) {
                long ns = service.measured.roundTripNs("w" + i);
                closest = ns == Measurements.UNKNOWN ? closest : Math.min(closest, ns);
            }
            if (measured != Measurements.UNKNOWN) {
                assertThat(measured).isLessThanOrEqualTo(Math.max(closest + Closest.MARGIN_NS, closest * 5 / 4 + 100));
            }
        }
    }

    @Test
    void flowsDoNotSwingBetweenWorkersAsFarAsEachOther() {
        service.among(Service.equal(5));
        for (int i = 1; i <= 5; i++) {
            service.measured.answered("w" + i, 1_000_000);
        }
        Set<String> chosen = new HashSet<>();
        for (int step = 0; step < 5_000; step++) {
            // Noise of ±8 %: the farthest is less than 20 % farther than the closest.
            service.measured.answered("w" + (1 + random.nextInt(5)), 920_000 + random.nextInt(160_000));
            service.nowNs += Closest.LOOK_AGAIN_NS;
            chosen.add(service.chosen().site().worker());
        }
        assertThat(chosen).hasSize(1);
    }

    @Test
    void aTenthOfAMillisecondIsNothing() {
        service.among(Service.equal(5));
        Set<String> chosen = new HashSet<>();
        for (int step = 0; step < 1_000; step++) {
            for (int worker = 1; worker <= 5; worker++) {
                set("w" + worker, 50_000 + random.nextInt(100_000));
            }
            service.nowNs += Closest.LOOK_AGAIN_NS;
            chosen.add(service.chosen().site().worker());
        }
        assertThat(chosen).hasSize(1);
    }

    @Test
    void aClearlyCloserWorkerTakesOver() {
        service.among(Service.equal(2));
        service.measured.answered("w1", 1_000_000);
        service.measured.answered("w2", 3_000_000);
        assertThat(service.chosen().site().worker()).isEqualTo("w1");
        set("w2", 790_000);
        service.nowNs += Closest.LOOK_AGAIN_NS - 1;
        assertThat(service.chosen().site().worker())
                .as("it is looked at a little later")
                .isEqualTo("w1");
        service.nowNs += 1;
        assertThat(service.chosen().site().worker()).isEqualTo("w2");
        set("w1", 700_000);
        service.nowNs += Closest.LOOK_AGAIN_NS;
        Explanation explanation = service.explain();
        assertThat(service.candidates.get(explanation.chosen()).site().worker()).isEqualTo("w2");
        assertThat(explanation.reason()).contains("20 %", "100 us");
        assertThat(explanation.scores()).containsExactly("0.70 ms", "0.79 ms");
    }

    @Test
    void aWorkerThatDoesNotAnswerIsTheLastChoice() {
        service.among(Service.equal(2));
        service.measured.answered("w1", 100_000);
        service.measured.answered("w2", 90_000_000);
        assertThat(service.chosen().site().worker()).isEqualTo("w1");
        service.measured.silent("w1");
        service.nowNs += Closest.LOOK_AGAIN_NS;
        assertThat(service.chosen().site().worker()).isEqualTo("w2");
        service.measured.silent("w2");
        service.nowNs += Closest.LOOK_AGAIN_NS;
        assertThat(service.choose()).isBetween(0, 1);
        assertThat(service.explain().reason()).contains("no worker answers");
    }

    @Test
    void severalOnTheClosestWorkerAreTakenInTurnByTheirWeights() {
        service.among(
                List.of(candidate(1, "w1", 1), candidate(2, "w0", 3), candidate(3, "w0", 1), candidate(4, "w2", 9)));
        assertThat(service.choose(400)).containsExactly(0, 300, 100, 0);
        for (int flow = 0; flow < 40; flow++) {
            service.measured.answered("w1", 1_000L * flow); // each makes it look again; turns go on
            service.nowNs += Closest.LOOK_AGAIN_NS;
            assertThat(service.candidates.get(service.choose()).instance().number())
                    .isEqualTo(turnOf(flow));
        }
    }

    /** As a chooser does that is never disturbed. */
    private int turnOf(int flow) {
        Service undisturbed = new Service(new Closest()).among(service.candidates);
        undisturbed.choose(flow);
        return undisturbed.chosen().instance().number();
    }

    @Test
    void explainingChangesNothing() {
        service.among(
                List.of(candidate(1, "w1", 1), candidate(2, "w2", 3), candidate(3, "w1", 1), candidate(4, "w2", 9)));
        for (int round = 0; round < 500; round++) {
            service.measured.answered("w" + (1 + random.nextInt(2)), 1 + random.nextInt(2_000_000));
            service.nowNs += random.nextInt(200_000_000);
            Explanation explanation = service.explain();
            assertThat(service.explain()).isEqualTo(explanation);
            assertThat(service.choose()).isEqualTo(explanation.chosen());
        }
    }

    private void set(String worker, long ns) {
        service.measured.forget(worker);
        service.measured.answered(worker, ns);
    }

    private static Candidate at(int number, String worker, @Nullable String zone, @Nullable Location location) {
        return new Candidate(new InstanceName(Service.NAME, number), new Site(worker, zone, location), 1);
    }
}
