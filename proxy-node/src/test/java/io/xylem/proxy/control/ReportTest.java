package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceState;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
    /** Said under version 5 on worker w1; heard means that there is nothing left to say. */
    @ParameterizedTest
    @CsvSource({
        // ready, state, version, worker, still to be said under version (0: heard)
        "true, SCHEDULED, 5, w1, 5",
        "true, SCHEDULED, 8, w1, 8", // issued again because the worker moved
        "true, READY, 6, w1, 0",
        "true, DRAINING, 6, w1, 0",
        "true, UNREADY, 5, w1, 5", // attached again after it was detached
        "true, UNREADY, 6, w1, 0", // somebody's probe failed after us
        "true, SCHEDULED, 6, w2, 0", // migrated: not ours to say
        "false, READY, 5, w1, 5",
        "false, READY, 6, w1, 0",
        "false, UNREADY, 6, w1, 0",
        "false, SCHEDULED, 6, w1, 0",
    })
    void isRepeatedUntilTheRouteShowsThatItWasHeard(
            boolean ready, InstanceState state, long version, String worker, long expected) {
        Report report = new Report(Samples.S1, ready, "", 5);
        Optional<Report> left = report.outstanding(Optional.of(Samples.at(Samples.S1, worker, state, version)), "w1");
        assertThat(left.map(Report::version).orElse(0L)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aRemovedInstanceNeedsNoReport(boolean ready) {
        assertThat(new Report(Samples.S1, ready, "", 5).outstanding(Optional.empty(), "w1"))
                .isEmpty();
    }
}
