package io.xylem.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What an encrypted tunnel costs: Xylem in user space with it against the same without, in turns, as in {@link DataPlaneBench}.
 *
 * <p>Arguments: {@code --rounds N} (5), {@code --seconds N} a figure (3).
 */
public final class EncryptionBench {
    private interface Measure {
        double of(Mode mode) throws IOException;
    }

    private record Part(Comparison figures, Measure measure) {}

    private EncryptionBench() {}

    public static void main(String[] args) throws IOException {
        Options options = new Options(args, Set.of("--rounds", "--seconds"));
        int rounds = options.number("--rounds", 5);
        int seconds = options.number("--seconds", 3);
        List<Part> parts = List.of(
                new Part(new Comparison("TCP, 1 stream", "Gb/s", ""), mode -> Throughput.gbps(mode, 1, seconds)),
                new Part(new Comparison("TCP, 4 streams", "Gb/s", ""), mode -> Throughput.gbps(mode, 4, seconds)),
                new Part(new Comparison("UDP, 64 bytes", "kpps", ""), mode -> PacketRate.kpps(mode, seconds)),
                new Part(new Comparison("round trip p50", "us", ""), RoundTrip::p50Micros));
        try (UserMode plain = new UserMode(Conditions.plain("u"));
                UserMode encrypted = UserMode.encrypted()) {
            for (Part part : parts) { // until the compiler has seen it
                part.measure.of(plain);
                part.measure.of(encrypted);
            }
            long packets = encrypted.packets();
            long allocated = encrypted.allocatedBytes();
            for (int round = 0; round < rounds; round++) {
                for (Part part : parts) {
                    part.figures.add(part.measure.of(plain), part.measure.of(encrypted));
                }
            }
            System.out.println(Comparison.header(plain.name(), encrypted.name()));
            parts.forEach(part -> System.out.println(part.figures.row()));
            packets = encrypted.packets() - packets;
            allocated = encrypted.allocatedBytes() - allocated;
            System.out.printf(
                    Locale.ROOT,
                    "%nForwarding threads, encrypted: %d bytes allocated for %d packets, %.3f a packet.%n",
                    allocated,
                    packets,
                    (double) allocated / packets);
        }
    }
}
