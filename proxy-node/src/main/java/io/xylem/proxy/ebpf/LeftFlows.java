package io.xylem.proxy.ebpf;

import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.FastPath;
import io.xylem.proxy.linux.BpfMap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What an earlier process left in the maps. */
final class LeftFlows {
    private final BpfMap out;
    private final BpfMap in;
    private final FlowUses uses;

    LeftFlows(BpfMap out, BpfMap in, FlowUses uses) {
        this.out = out;
        this.in = in;
        this.uses = uses;
    }

    List<FastPath.Left> of(Attachments attachments) {
        List<FastPath.Left> left = new ArrayList<>();
        in.forEach((key, value) -> {
            if (!FlowEntry.isLocal(value)) { // else it was held
                left.add(remote(key, value));
            }
        });
        out.forEach((key, value) -> {
            Attachment other = attachments.find(FlowEntry.destinationHigh(value), FlowEntry.destinationLow(value));
            if (FlowEntry.isLocal(value) && other != null) {
                left.add(local(key, value, other));
            }
        });
        return left;
    }

    private FastPath.Left remote(ByteBuffer key, ByteBuffer value) {
        return new FastPath.Left(
                FlowEntry.protocol(key),
                FlowEntry.destinationHigh(key),
                FlowEntry.destinationLow(key),
                FlowEntry.destinationPort(value),
                FlowEntry.sourceHigh(value),
                FlowEntry.sourceLow(value),
                FlowEntry.sourcePort(key),
                FlowEntry.sourceHigh(key),
                FlowEntry.sourceLow(key),
                FlowEntry.destinationPort(key),
                FlowEntry.isOpenedHere(value),
                used(value));
    }

    private FastPath.Left local(ByteBuffer key, ByteBuffer value, Attachment other) {
        boolean v4 = Addresses.isV4(FlowEntry.sourceHigh(key), FlowEntry.sourceLow(key));
        return new FastPath.Left(
                FlowEntry.protocol(key),
                FlowEntry.sourceHigh(key),
                FlowEntry.sourceLow(key),
                FlowEntry.sourcePort(key),
                FlowEntry.destinationHigh(key),
                FlowEntry.destinationLow(key),
                FlowEntry.destinationPort(key),
                Addresses.high(other.instanceIp(), v4),
                Addresses.low(other.instanceIp(), v4),
                FlowEntry.sourcePort(value),
                FlowEntry.isOpenedHere(value),
                used(value));
    }

    private FastPath.Use used(ByteBuffer value) {
        FastPath.Use use = new FastPath.Use();
        uses.read(FlowUses.slot(FlowEntry.use(value)), use);
        return use;
    }

    /** Ends what was not entered again, under one of the generations after {@code first} up to {@code last}. */
    void forgetOthers(int first, int last) {
        forgetOthers(in, first, last);
        forgetOthers(out, first, last);
    }

    private static void forgetOthers(BpfMap map, int first, int last) {
        map.forEach((key, value) -> {
            if (Integer.compareUnsigned(FlowEntry.generation(value) - first - 1, last - first) >= 0) {
                map.key().put(0, key, 0, key.limit());
                map.remove();
            }
        });
    }
}
