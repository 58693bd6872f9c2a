package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Target;
import io.xylem.proxy.domain.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Who is shown packets. While nobody is, a packet costs one read of a volatile field, which stays in the cache.
 *
 * <p>{@link #begin} and {@link #end} are for any thread; {@link #before} and {@link #after} for the packets' thread.
 */
public final class Captures {
    /** Of a packet; of a super-packet it has the headers and some payload. */
    public static final int SNAP_BYTES = 2_048;

    private static final int MOST = 4;

    /** Who else sees packets. */
    public interface Source {
        /** From now on they are to be added. */
        void begin(Captures into);

        /** Not any more; after it none is. */
        void end();
    }

    private final List<Source> sources = new ArrayList<>();
    private volatile List<Capture> running = List.of();
    private volatile boolean isClosed;
    /** The packet that is being looked at, as it came. */
    private final byte[] before = new byte[SNAP_BYTES];

    private int beforeBytes;
    private int beforeLength;

    /** @throws RejectedExecutionException when there are enough */
    public synchronized Capture begin(Capture.Filter filter) {
        if (running.size() >= MOST || isClosed) {
            throw new RejectedExecutionException(MOST + " captures run already: wait for one to end");
        }
        Capture capture = new Capture(filter);
        List<Capture> more = new ArrayList<>(running);
        more.add(capture);
        running = List.copyOf(more);
        if (more.size() == 1) {
            sources.forEach(source -> source.begin(this));
        }
        return capture;
    }

    public synchronized void end(Capture capture) {
        boolean wasOn = isOn();
        running = running.stream().filter(one -> one != capture).toList();
        capture.end();
        if (wasOn && !isOn()) {
            sources.forEach(Source::end);
        }
    }

    /** Before the first capture. */
    public synchronized void addSource(Source source) {
        sources.add(source);
    }

    /** No more; readers are told. */
    public synchronized void close() {
        isClosed = true;
        running.forEach(this::end);
    }

    public boolean isOn() {
        return !running.isEmpty();
    }

    void before(PacketBatch from, int slot) {
        beforeLength = from.length(slot);
        beforeBytes = copy(from, slot, before);
    }

    void after(PacketBatch from, int slot, Verdict.Outbound verdict, long nowNs) {
        String fate = switch (verdict) {
            case Target target when target.local() -> "to " + target.route().instance() + " here";
            case Target target -> "to " + target.route().instance() + " at " + target.peer();
            case Drop reason -> "not sent: " + reason;
        };
        add(Captured.Way.OUTBOUND, from, slot, verdict instanceof Target, fate, nowNs);
    }

    void after(PacketBatch from, int slot, Verdict.Inbound verdict, long nowNs) {
        String fate = switch (verdict) {
            case Attachment to -> "to " + to.instance();
            case Drop reason -> "not delivered: " + reason;
        };
        add(Captured.Way.INBOUND, from, slot, verdict instanceof Attachment, fate, nowNs);
    }

    private void add(Captured.Way way, PacketBatch from, int slot, boolean isTranslated, String fate, long nowNs) {
        byte[] bytes = new byte[SNAP_BYTES];
        int length = copy(from, slot, bytes);
        add(new Captured(
                nowNs,
                way,
                new Captured.Copy(Arrays.copyOf(before, beforeBytes), beforeLength),
                new Captured.Copy(Arrays.copyOf(bytes, length), from.length(slot)),
                isTranslated,
                fate));
    }

    /** To those who asked for it. Any thread. */
    public void add(Captured packet) {
        for (Capture capture : running) {
            if (takes(capture.filter, packet.before().bytes())
                    || takes(capture.filter, packet.after().bytes())) {
                capture.add(packet);
            }
        }
    }

    /** Packets that a source saw and could not add. */
    public void lost(long packets) {
        running.forEach(capture -> capture.lost(packets));
    }

    private static boolean takes(Capture.Filter filter, byte[] packet) {
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        if (packet.length >= 20 && packet[0] >>> 4 == 4) {
            return filter.takes(0, Addresses.mapped(bytes.getInt(12)))
                    || filter.takes(0, Addresses.mapped(bytes.getInt(16)));
        }
        return packet.length >= 40
                && packet[0] >>> 4 == 6
                && (filter.takes(bytes.getLong(8), bytes.getLong(16))
                        || filter.takes(bytes.getLong(24), bytes.getLong(32)));
    }

    private static int copy(PacketBatch from, int slot, byte[] into) {
        int copied = Math.min(from.headLength(slot), into.length);
        from.memory().get(from.offset(slot), into, 0, copied);
        for (int piece = from.firstPiece(slot);
                piece != PacketBatch.NONE && copied < into.length;
                piece = from.nextPiece(piece)) {
            int more = Math.min(from.pieceLength(piece), into.length - copied);
            from.memory().get(from.pieceOffset(piece), into, copied, more);
            copied += more;
        }
        return copied;
    }
}
