package io.xylem.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * TCP throughput, packets, connections and round trip through a service IP, Xylem against the kernel's VXLAN + DNAT. The modes take turns, and
 * each round gives one ratio, so that a machine whose speed drifts does not tilt the result.
 *
 * <p>Arguments: {@code --rounds N} (5), {@code --seconds N} a figure (3).
 */
public final class DataPlaneBench {
    private interface Measure {
        double of(Mode mode) throws IOException;
    }

    private record Part(Comparison user, Comparison ebpf, Measure measure) {
        Part(String figure, String unit, String userGoal, String ebpfGoal, Measure measure) {
            this(new Comparison(figure, unit, userGoal), new Comparison(figure, unit, ebpfGoal), measure);
        }
    }

    private DataPlaneBench() {}

    public static void main(String[] args) throws IOException {
        Options options = new Options(args, Set.of("--rounds", "--seconds"));
        int rounds = options.number("--rounds", 5);
        int seconds = options.number("--seconds", 3);
        List<Part> parts = List.of(
                new Part("TCP, 1 stream", "Gb/s", "0.45", "1.0", mode -> Throughput.gbps(mode, 1, seconds)),
                new Part("TCP, 4 streams", "Gb/s", "0.45", "1.0", mode -> Throughput.gbps(mode, 4, seconds)),
                new Part("UDP, 64 bytes", "kpps", "1.5", "1.6", mode -> PacketRate.kpps(mode, seconds)),
                new Part("new connections", "/s", "", "0.9", mode -> ConnectionRate.perSecond(mode, seconds)),
                new Part("round trip p50", "us", "", "0.8", RoundTrip::p50Micros));
        try (Mode kernel = new KernelMode();
                UserMode user = new UserMode();
                Mode ebpf = new EbpfMode()) {
            for (Part part : parts) {
                part.measure.of(user); // until the compiler has seen it
                part.measure.of(ebpf);
            }
            long packets = user.packets();
            long allocated = user.allocatedBytes();
            for (int round = 0; round < rounds; round++) {
                for (Part part : parts) {
                    double baseline = part.measure.of(kernel);
                    part.user.add(baseline, part.measure.of(user));
                    part.ebpf.add(baseline, part.measure.of(ebpf));
                }
            }
            System.out.println(Comparison.header(kernel.name(), user.name()));
            parts.forEach(part -> System.out.println(part.user.row()));
            System.out.println();
            System.out.println(Comparison.header(kernel.name(), ebpf.name()));
            parts.forEach(part -> System.out.println(part.ebpf.row()));
            packets = user.packets() - packets;
            allocated = user.allocatedBytes() - allocated;
            System.out.printf(
                    Locale.ROOT,
                    "%nForwarding threads of %s: %d bytes allocated for %d packets between the workers, %.3f a packet.%n",
                    user.name(),
                    allocated,
                    packets,
                    (double) allocated / packets);
        }
    }
}
