package io.xylem.proxy.control;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes on the worker's disk, so that a proxy forwards before it has reached any broker. Written beside the old
 * one and renamed, so there is always a whole one. A file that can't be used is put away by its reader and not an
 * error: the topic holds everything.
 *
 * <pre>
 *  "XYLR" | format i16 | realm | worker | next offset i64 | saved at i64 (ms since 1970) | count i32 | routes | CRC-32C i32
 * </pre>
 *
 * @param nextOffset the first record of the realm's partition that is not in it
 */
record RouteSnapshot(String realm, String worker, long nextOffset, long savedAtMs, List<RouteUpdate> updates) {
    private static final int MAGIC = 0x58594c52; // "XYLR"
    /** Raised with every change of the layout; an older or newer file is read from the topic again. */
    private static final short FORMAT = 1;

    // Kinds of a route; never reused.
    private static final byte INSTANCE_AT = 1;
    private static final byte INSTANCE_WITHDRAWN = 2;
    private static final byte SERVICE_KNOWN = 3;
    private static final byte SERVICE_WITHDRAWN = 4;

    private static final Logger LOG = LoggerFactory.getLogger(RouteSnapshot.class);

    void save(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096 + 128 * updates.size());
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        out.writeShort(FORMAT);
        out.writeUTF(realm);
        out.writeUTF(worker);
        out.writeLong(nextOffset);
        out.writeLong(savedAtMs);
        out.writeInt(updates.size());
        for (RouteUpdate update : updates) {
            write(out, update);
        }
        CRC32C sum = new CRC32C();
        sum.update(bytes.toByteArray());
        out.writeInt((int) sum.getValue());
        AtomicFile.write(file, bytes.toByteArray());
    }

    /** Empty when there is none, or none of use for this worker; the log says why. */
    static Optional<RouteSnapshot> load(Path file, String realm, String worker) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            RouteSnapshot snapshot = parse(bytes);
            if (snapshot.realm.equals(realm) && snapshot.worker.equals(worker)) {
                return Optional.of(snapshot);
            }
            LOG.warn("{} is of worker {} in realm {}: starting without", file, snapshot.worker, snapshot.realm);
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} can't be used ({}): starting without", file, e.getMessage());
        }
        return Optional.empty();
    }

    static RouteSnapshot parse(byte[] bytes) throws IOException {
        int body = bytes.length - Integer.BYTES;
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, Math.max(0, body));
        if (body < 0 || ByteBuffer.wrap(bytes).getInt(body) != (int) sum.getValue()) {
            throw new IOException("it is damaged: the checksum does not match");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, body));
        if (in.readInt() != MAGIC) {
            throw new IOException("it is no route snapshot");
        }
        short format = in.readShort();
        if (format != FORMAT) {
            throw new IOException("it has format " + format + ", known is " + FORMAT);
        }
        String realm = in.readUTF();
        String worker = in.readUTF();
        long nextOffset = in.readLong();
        long savedAtMs = in.readLong();
        int count = in.readInt();
        List<RouteUpdate> updates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            updates.add(read(in));
        }
        return new RouteSnapshot(realm, worker, nextOffset, savedAtMs, updates);
    }

    private static void write(DataOutputStream out, RouteUpdate update) throws IOException {
        switch (update) {
            case RouteUpdate.InstanceAt at -> {
                out.writeByte(INSTANCE_AT);
                write(out, at.instance());
                write(out, at.instanceIp());
                write(out, at.namespaceIp());
                out.writeUTF(at.worker());
                out.writeUTF(at.underlay().address());
                out.writeInt(at.underlay().port());
                out.writeUTF(at.state().name());
            }
            case RouteUpdate.InstanceWithdrawn withdrawn -> {
                out.writeByte(INSTANCE_WITHDRAWN);
                write(out, withdrawn.instance());
            }
            case RouteUpdate.ServiceKnown known -> {
                out.writeByte(SERVICE_KNOWN);
                out.writeUTF(known.service().toString());
                out.writeInt(known.serviceIps().size());
                for (ServiceIp ip : known.serviceIps()) {
                    out.writeUTF(ip.ipType());
                    write(out, ip.address());
                }
            }
            case RouteUpdate.ServiceWithdrawn withdrawn -> {
                out.writeByte(SERVICE_WITHDRAWN);
                out.writeUTF(withdrawn.service().toString());
            }
        }
        out.writeLong(update.version());
    }

    private static RouteUpdate read(DataInputStream in) throws IOException {
        byte kind = in.readByte();
        return switch (kind) {
            case INSTANCE_AT ->
                new RouteUpdate.InstanceAt(
                        readInstance(in),
                        readAddress(in),
                        readAddress(in),
                        in.readUTF(),
                        new Endpoint(in.readUTF(), in.readInt()),
                        InstanceState.valueOf(in.readUTF()),
                        in.readLong());
            case INSTANCE_WITHDRAWN -> new RouteUpdate.InstanceWithdrawn(readInstance(in), in.readLong());
            case SERVICE_KNOWN -> {
                ServiceName service = ServiceName.parse(in.readUTF());
                int count = in.readInt();
                List<ServiceIp> ips = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    ips.add(new ServiceIp(in.readUTF(), readAddress(in)));
                }
                yield new RouteUpdate.ServiceKnown(service, ips, in.readLong());
            }
            case SERVICE_WITHDRAWN -> new RouteUpdate.ServiceWithdrawn(ServiceName.parse(in.readUTF()), in.readLong());
            default -> throw new IOException("it has a route of unknown kind " + kind);
        };
    }

    private static void write(DataOutputStream out, InstanceName instance) throws IOException {
        out.writeUTF(instance.service().toString());
        out.writeInt(instance.number());
    }

    private static InstanceName readInstance(DataInputStream in) throws IOException {
        return new InstanceName(ServiceName.parse(in.readUTF()), in.readInt());
    }

    private static void write(DataOutputStream out, DualAddress address) throws IOException {
        out.writeInt(address.v4().bits());
        out.writeLong(address.v6().high());
        out.writeLong(address.v6().low());
    }

    private static DualAddress readAddress(DataInputStream in) throws IOException {
        return new DualAddress(new Ipv4(in.readInt()), new Ipv6(in.readLong(), in.readLong()));
    }
}
