package io.xylem.proxy.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.xylem.proxy.dataplane.Captured;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * A line for each side of a packet, times in UTC:
 *
 * <pre>
 *  12:01:02.123456 out instance  10.18.0.66:40000 > 10.30.0.1:80 tcp S 60 bytes
 *  12:01:02.123456 out tunnel    10.30.0.5:40000 > 10.18.0.130:80 tcp S 60 bytes, to A.prod.S.prod#1 at …
 * </pre>
 */
final class CaptureText implements CaptureFormat {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

    @Override
    public String contentType() {
        return "text/plain; charset=utf-8";
    }

    @Override
    public byte[] begin() {
        return new byte[0];
    }

    @Override
    public byte[] packet(Captured packet, long epochNs) {
        Captured.Way way = packet.way();
        String when = TIME.format(Instant.ofEpochSecond(0, epochNs)) + word(way);
        String before = when + side(way.isFromTunnel()) + PacketText.of(packet.before());
        if (!packet.isTranslated()) {
            return (before + ", " + packet.fate() + "\n").getBytes(UTF_8);
        }
        String after = when + side(way.isToTunnel()) + PacketText.of(packet.after());
        return (before + "\n" + after + ", " + packet.fate() + "\n").getBytes(UTF_8);
    }

    private static String word(Captured.Way way) {
        return switch (way) {
            case OUTBOUND -> " out ";
            case INBOUND -> " in  ";
            case LOCAL -> " own ";
        };
    }

    private static String side(boolean isTunnel) {
        return isTunnel ? "tunnel    " : "instance  ";
    }

    @Override
    public byte[] end(long packets, long lost, long epochNs) {
        String more = lost == 0 ? "" : ", and " + lost + " that came too fast to be shown";
        return ("# " + packets + " packets" + more + "\n").getBytes(UTF_8);
    }
}
