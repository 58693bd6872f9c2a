package io.xylem.bench;

import io.xylem.bench.Series.Figure;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * TCP throughput, packets, connections and round trip through a service IP, Xylem against the kernel's VXLAN + DNAT, and under
 * worse conditions. The modes take turns, and each round gives one ratio, so that a machine whose speed drifts does not tilt
 * the result.
 *
 * <p>Arguments: {@code --rounds N} (5), {@code --seconds N} a figure (3), {@code --only plain,awake,crowded,big,wire}, {@code
 * --figures tcp1,tcp4,udp,connections,roundtrip}.
 */
public final class DataPlaneBench {
    private final Deque<Mode> open = new ArrayDeque<>();
    private final List<Series> all = new ArrayList<>();
    private final Set<String> series;
    private final List<Figure> figures;
    private final int rounds;
    private @Nullable UserMode plainUser;

    private DataPlaneBench(Options options) {
        rounds = options.number("--rounds", 5);
        int seconds = options.number("--seconds", 3);
        series = names(options.text("--only", "plain,awake,crowded,big,wire"));
        Set<String> wanted = names(options.text("--figures", "tcp1,tcp4,udp,connections,roundtrip"));
        figures = List.of(
                        new Figure("tcp1", "TCP, 1 stream", "Gb/s", mode -> Throughput.gbps(mode, 1, seconds)),
                        new Figure("tcp4", "TCP, 4 streams", "Gb/s", mode -> Throughput.gbps(mode, 4, seconds)),
                        new Figure("udp", "UDP, 64 bytes", "kpps", mode -> PacketRate.kpps(mode, seconds)),
                        new Figure(
                                "connections",
                                "new connections",
                                "/s",
                                mode -> ConnectionRate.perSecond(mode, seconds)),
                        new Figure("roundtrip", "round trip p50", "us", RoundTrip::p50Micros))
                .stream()
                .filter(figure -> wanted.contains(figure.key()))
                .toList();
    }

    private static Set<String> names(String list) {
        return Set.of(list.split(","));
    }

    public static void main(String[] args) throws IOException {
        DataPlaneBench bench =
                new DataPlaneBench(new Options(args, Set.of("--rounds", "--seconds", "--only", "--figures")));
        try {
            bench.prepare();
            bench.run();
        } finally {
            bench.close();
        }
    }

    private <T extends Mode> T opened(T part) {
        open.push(part);
        return part;
    }

    private void prepare() throws IOException {
        boolean isPlain = !Collections.disjoint(series, Set.of("plain", "awake", "crowded"));
        Mode kernel = isPlain || series.contains("big") ? opened(new KernelMode(Conditions.plain("k"))) : null;
        UserMode user = isPlain ? opened(new UserMode(Conditions.plain("u"))) : null;
        Mode ebpf = isPlain ? ebpf(Conditions.plain("e")) : null;
        plainUser = user;
        if (kernel != null && series.contains("plain")) {
            Series plain = new Series("As it is", kernel);
            add(plain, user, figures, "tcp1 0.45 tcp4 0.45 udp 1.5 connections - roundtrip -");
            add(plain, ebpf, figures, "tcp1 1.0 tcp4 1.0 udp 1.6 connections 0.9 roundtrip 0.8");
            all.add(plain);
        }
        if (kernel != null && series.contains("awake")) {
            Series awake = new Series("Processors kept awake by a loop on each (SCHED_IDLE)", kernel);
            List<Figure> figuresAwake =
                    figures.stream().map(DataPlaneBench::awake).toList();
            add(awake, user, figuresAwake, "roundtrip -");
            add(awake, ebpf, figuresAwake, "roundtrip 0.8");
            all.add(awake);
        }
        if (series.contains("crowded")) {
            String goals = "tcp1 0.9 tcp4 0.9 udp 0.9 connections 0.9 roundtrip 1.11";
            if (user != null) {
                Mode crowded = opened(new UserMode(Conditions.crowded("uc")));
                all.add(add(new Series("Crowded, user space", user), crowded, figures, goals));
            }
            if (ebpf != null) {
                Mode crowded = opened(new EbpfMode(Conditions.crowded("ec")));
                all.add(add(new Series("Crowded, eBPF", ebpf), crowded, figures, goals));
            }
        }
        if (kernel != null && series.contains("big")) {
            Series big =
                    new Series("BIG TCP on Xylem's own interfaces and the underlay's, not on the baseline's", kernel);
            all.add(add(big, ebpf(Conditions.big("eb")), figures, "tcp1 1.5 tcp4 1.5"));
        }
        if (series.contains("wire")) {
            Series wire = new Series(
                    "A wire: no tunnel offload on the underlay", opened(new KernelMode(Conditions.wire("kw"))));
            add(wire, opened(new UserMode(Conditions.wire("uw"))), figures, "tcp1 - tcp4 - udp -");
            add(wire, ebpf(Conditions.wire("ew")), figures, "tcp1 0.8 tcp4 0.8 udp 0.8");
            all.add(wire);
        }
    }

    /** @return null, and says so, where the kernel refuses the programs */
    private @Nullable Mode ebpf(Conditions conditions) {
        try {
            return opened(new EbpfMode(conditions));
        } catch (IOException e) {
            System.out.println("Without packets in the kernel, which is not possible here: " + e.getMessage());
            return null;
        }
    }

    /** @param goals figures and what must be reached, in pairs; {@code -}: nothing */
    private static Series add(Series to, @Nullable Mode mode, List<Figure> figures, String goals) {
        if (mode != null) {
            String[] words = goals.split(" ", -1);
            Map<String, String> byFigure = new HashMap<>();
            for (int i = 0; i < words.length; i += 2) {
                byFigure.put(words[i], words[i + 1].equals("-") ? "" : words[i + 1]);
            }
            to.add(mode, figures, byFigure);
        }
        return to;
    }

    private static Figure awake(Figure figure) {
        return new Figure(figure.key(), figure.name() + ", awake", figure.unit(), mode -> {
            try (Awake _ = new Awake()) {
                return figure.measure().of(mode);
            }
        });
    }

    private void run() throws IOException {
        for (Series one : all) {
            one.warmUp();
        }
        long packets = plainUser == null ? 0 : plainUser.packets();
        long allocated = plainUser == null ? 0 : plainUser.allocatedBytes();
        for (int round = 0; round < rounds; round++) {
            for (Series one : all) {
                one.round();
            }
        }
        all.forEach(Series::print);
        if (plainUser != null && plainUser.packets() > packets) {
            packets = plainUser.packets() - packets;
            allocated = plainUser.allocatedBytes() - allocated;
            System.out.printf(
                    Locale.ROOT,
                    "%nForwarding threads of %s: %d bytes allocated for %d packets between the workers, %.3f a packet.%n",
                    plainUser.name(),
                    allocated,
                    packets,
                    (double) allocated / packets);
        }
    }

    private void close() {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
