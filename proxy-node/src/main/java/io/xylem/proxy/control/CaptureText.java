package io.xylem.proxy.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.xylem.proxy.dataplane.Captured;
import io.xylem.proxy.domain.Counters.Direction;
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
        boolean isOutbound = packet.direction() == Direction.OUTBOUND;
        String when = TIME.format(Instant.ofEpochSecond(0, epochNs)) + (isOutbound ? " out " : " in  ");
        String before = when + (isOutbound ? "instance  " : "tunnel    ") + PacketText.of(packet.before());
        if (!packet.isTranslated()) {
            return (before + ", " + packet.fate() + "\n").getBytes(UTF_8);
        }
        String after = when + (isOutbound ? "tunnel    " : "instance  ") + PacketText.of(packet.after());
        return (before + "\n" + after + ", " + packet.fate() + "\n").getBytes(UTF_8);
    }

    @Override
    public byte[] end(long packets, long lost, long epochNs) {
        String more = lost == 0 ? "" : ", and " + lost + " that came too fast to be shown";
        return ("# " + packets + " packets" + more + "\n").getBytes(UTF_8);
    }
}
