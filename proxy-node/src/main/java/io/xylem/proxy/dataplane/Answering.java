package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Packet;
import io.xylem.proxy.domain.Refusals;
import io.xylem.proxy.domain.Translator;
import java.io.IOException;

/** What instances of this worker are told by the proxy itself: resets and unreachables, on their way to the device. */
final class Answering {
    /** Some milliseconds of a turn; the rest of a large instance's flows ends in the turns after it. */
    private static final int FLOWS_ENDED_PER_TURN = 1_024;

    private static final int BATCH = 64;

    private final PacketDevice device;
    private final Counters counters;
    private final Refusals refusals;
    private final PacketBatch batch = PacketBatch.of(BATCH, Refusals.MAX_BYTES);

    Answering(PacketDevice device, Counters counters) {
        this.device = device;
        this.counters = counters;
        refusals = new Refusals(counters);
    }

    /** Resets the clients of instances that are gone. @return how many flows were dealt with */
    int endFlows(Translator translator, long nowNs) throws IOException {
        int ended = 0;
        while (ended < FLOWS_ENDED_PER_TURN && translator.hasFlowsToEnd()) {
            add(translator.endFlow(batch.memory(), nextOffset(), nowNs));
            ended++;
        }
        flush();
        return ended;
    }

    /** The packet of an instance is not delivered. */
    void refuse(Packet packet, Drop reason, long nowNs) throws IOException {
        add(refusals.answer(packet, reason, nowNs, batch.memory(), nextOffset()));
    }

    private int nextOffset() throws IOException {
        if (batch.isFull()) {
            flush();
        }
        return batch.offset(batch.count());
    }

    private void add(int length) {
        if (length > 0) {
            batch.add(length);
        }
    }

    void flush() throws IOException {
        if (batch.count() > 0) {
            int taken = device.write(batch);
            counters.drop(Direction.INBOUND, Drop.DEVICE_REFUSED, batch.count() - taken);
            batch.clear();
        }
    }
}
