package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.KeptFlow;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Flows as bytes. Instances stand once, before the flows that name them by their position:
 *
 * <pre>
 *  "XYLF" | format i16 | saved at i64 (ms since 1970) | count i32 | instances | count i32 | flows | CRC-32C i32
 * </pre>
 */
final class FlowCodec {
    private static final int MAGIC = 0x58594c46; // "XYLF"
    /** Raised with every change of the layout, or of what the bits of {@link KeptFlow.Progress#seen} mean. */
    private static final short FORMAT = 1;

    /** @param atMs since 1970 */
    record Saved(long atMs, List<KeptFlow> flows) {}

    private FlowCodec() {}

    static byte[] bytes(Saved saved) throws IOException {
        Map<InstanceName, Integer> instances = new LinkedHashMap<>();
        for (KeptFlow flow : saved.flows()) {
            instances.putIfAbsent(flow.own(), instances.size());
            instances.putIfAbsent(flow.remote(), instances.size());
        }
        ByteArrayOutputStream bytes =
                new ByteArrayOutputStream(1024 + 96 * saved.flows().size());
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        out.writeShort(FORMAT);
        out.writeLong(saved.atMs());
        out.writeInt(instances.size());
        for (InstanceName instance : instances.keySet()) {
            out.writeUTF(instance.service().toString());
            out.writeInt(instance.number());
        }
        out.writeInt(saved.flows().size());
        for (KeptFlow flow : saved.flows()) {
            out.writeInt(instances.getOrDefault(flow.own(), 0));
            out.writeInt(instances.getOrDefault(flow.remote(), 0));
            write(out, flow.ownIp());
            write(out, flow.dialled());
            write(out, flow.remoteIp());
            out.writeLong(flow.ports());
            out.writeBoolean(flow.openedHere());
            out.writeByte(flow.progress().seen());
            out.writeInt(flow.progress().expectedByOwn());
            out.writeInt(flow.progress().nextOfOwn());
            out.writeUTF(flow.kind().name());
            out.writeLong(flow.silentNs());
        }
        return Checksummed.of(bytes.toByteArray());
    }

    static Saved parse(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(Checksummed.body(bytes)));
        if (in.readInt() != MAGIC) {
            throw new IOException("it holds no flows");
        }
        short format = in.readShort();
        if (format != FORMAT) {
            throw new IOException("it has format " + format + ", known is " + FORMAT);
        }
        long atMs = in.readLong();
        int instanceCount = in.readInt();
        List<InstanceName> instances = new ArrayList<>();
        for (int i = 0; i < instanceCount; i++) {
            instances.add(new InstanceName(ServiceName.parse(in.readUTF()), in.readInt()));
        }
        int count = in.readInt();
        List<KeptFlow> flows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            flows.add(new KeptFlow(
                    instances.get(in.readInt()),
                    instances.get(in.readInt()),
                    readAddress(in),
                    readAddress(in),
                    readAddress(in),
                    in.readLong(),
                    in.readBoolean(),
                    new KeptFlow.Progress(in.readByte(), in.readInt(), in.readInt()),
                    KeptFlow.Kind.valueOf(in.readUTF()),
                    in.readLong()));
        }
        return new Saved(atMs, flows);
    }

    private static void write(DataOutputStream out, Ipv6 address) throws IOException {
        out.writeLong(address.high());
        out.writeLong(address.low());
    }

    private static Ipv6 readAddress(DataInputStream in) throws IOException {
        return new Ipv6(in.readLong(), in.readLong());
    }
}
