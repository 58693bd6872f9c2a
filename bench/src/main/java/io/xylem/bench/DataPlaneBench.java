package io.xylem.bench;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * TCP throughput and round trip through a service IP, Xylem against the kernel's VXLAN + DNAT. The modes take turns, and
 * each round gives one ratio, so that a machine whose speed drifts does not tilt the result.
 *
 * <p>Arguments: {@code --rounds N} (5), {@code --seconds N} a throughput figure (3).
 */
public final class DataPlaneBench {
    private interface Measure {
        double of(Mode mode) throws IOException;
    }

    private record Part(Comparison comparison, Measure measure) {
        Part(String figure, String unit, Measure measure) {
            this(new Comparison(figure, unit, ""), measure);
        }
    }

    private DataPlaneBench() {}

    public static void main(String[] args) throws IOException {
        Options options = new Options(args, Set.of("--rounds", "--seconds"));
        int rounds = options.number("--rounds", 5);
        int seconds = options.number("--seconds", 3);
        List<Part> parts = List.of(
                new Part("TCP, 1 stream", "Gb/s", mode -> Throughput.gbps(mode, 1, seconds)),
                new Part("TCP, 4 streams", "Gb/s", mode -> Throughput.gbps(mode, 4, seconds)),
                new Part("round trip p50", "us", RoundTrip::p50Micros));
        try (Mode kernel = new KernelMode();
                Mode user = new UserMode()) {
            for (int round = 0; round < rounds; round++) {
                for (Part part : parts) {
                    part.comparison.add(part.measure.of(kernel), part.measure.of(user));
                }
            }
            System.out.println(Comparison.header(kernel.name(), user.name()));
            parts.forEach(part -> System.out.println(part.comparison.row()));
        }
    }
}
