package io.xylem.acceptance;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a client has seen of one address: a line of {@link Flows}. */
record Counts(String address, long open, long broken, long requests, long fresh, long failed, List<String> servers) {
    static Map<String, Counts> read(String text) {
        return text.lines().map(Counts::of).collect(Collectors.toMap(Counts::address, counts -> counts));
    }

    private static Counts of(String line) {
        String[] words = line.split(" ", -1);
        return new Counts(
                words[0],
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]),
                words[6].equals("-") ? List.of() : List.of(words[6].split(",", -1)));
    }
}
