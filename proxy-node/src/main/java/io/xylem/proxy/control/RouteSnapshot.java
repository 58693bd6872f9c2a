package io.xylem.proxy.control;

import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes on the worker's disk, so that a proxy forwards before it has reached any broker. Written beside the old
 * one and renamed, so there is always a whole one. A file that can't be used is put away by its reader and not an
 * error: the topic holds everything.
 *
 * <pre>
 *  "XYLR" | format i16 | realm | worker | feed | next offset i64 | saved at i64 (ms since 1970) | version i64
 *         | services wanted | routes (see {@link RouteCodec}) | CRC-32C i32
 * </pre>
 *
 * @param source the feed that the offset belongs to
 * @param nextOffset the first record of the feed's partition that is not in it
 * @param version of which it has all updates
 * @param interests the services that the worker wanted to hear of
 */
record RouteSnapshot(
        FeedSource source,
        long nextOffset,
        long savedAtMs,
        long version,
        List<ServiceName> interests,
        List<RouteUpdate> updates) {
    private static final int MAGIC = 0x58594c52; // "XYLR"
    /** Raised with every change of the layout; an older or newer file is read from the topic again. */
    private static final short FORMAT = 2;

    private static final Logger LOG = LoggerFactory.getLogger(RouteSnapshot.class);

    void save(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096 + 96 * updates.size());
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        out.writeShort(FORMAT);
        out.writeUTF(source.realm());
        out.writeUTF(source.worker());
        out.writeUTF(source.kind().text());
        out.writeLong(nextOffset);
        out.writeLong(savedAtMs);
        out.writeLong(version);
        out.writeInt(interests.size());
        for (ServiceName service : interests) {
            out.writeUTF(service.toString());
        }
        RouteCodec.write(out, updates);
        AtomicFile.write(file, Checksummed.of(bytes.toByteArray()));
    }

    /** Empty when there is none, or none of use for this worker; the log says why. The feed may be another. */
    static Optional<RouteSnapshot> load(Path file, String realm, String worker) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            RouteSnapshot snapshot = parse(bytes);
            FeedSource source = snapshot.source;
            if (source.realm().equals(realm) && source.worker().equals(worker)) {
                return Optional.of(snapshot);
            }
            LOG.warn("{} is of worker {} in realm {}: starting without", file, source.worker(), source.realm());
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} can't be used ({}): starting without", file, e.getMessage());
        }
        return Optional.empty();
    }

    static RouteSnapshot parse(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(Checksummed.body(bytes)));
        if (in.readInt() != MAGIC) {
            throw new IOException("it is no route snapshot");
        }
        short format = in.readShort();
        if (format != FORMAT) {
            throw new IOException("it has format " + format + ", known is " + FORMAT);
        }
        String realm = in.readUTF();
        String worker = in.readUTF();
        FeedSource source = new FeedSource(FeedSource.Kind.of(in.readUTF()), realm, worker);
        long nextOffset = in.readLong();
        long savedAtMs = in.readLong();
        long version = in.readLong();
        int count = in.readInt();
        List<ServiceName> interests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            interests.add(ServiceName.parse(in.readUTF()));
        }
        return new RouteSnapshot(source, nextOffset, savedAtMs, version, interests, RouteCodec.read(in));
    }
}
