package io.xylem.cli;

import java.io.PrintWriter;
import java.util.HexFormat;

/** Bytes for people: sixteen a line, where they are, what they are, and what they would be as ASCII. */
final class HexDump {
    private static final int WIDTH = 16;
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    private HexDump() {}

    static void print(byte[] bytes, PrintWriter out) {
        for (int from = 0; from < bytes.length; from += WIDTH) {
            int to = Math.min(bytes.length, from + WIDTH);
            String hex = HEX.formatHex(bytes, from, to);
            var text = new StringBuilder();
            for (int i = from; i < to; i++) {
                text.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
            }
            out.println("%06x  %-47s  %s".formatted(from, hex, text));
        }
    }
}
