package io.xylem.routing.stream;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import io.xylem.routing.domain.Entity;
import io.xylem.routing.domain.FeedStore.Ended;
import io.xylem.routing.domain.FeedStore.Load;
import io.xylem.routing.domain.OpenChange;
import io.xylem.routing.domain.Wanted;
import io.xylem.schemas.Keys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The values of {@link StoredFeeds}: a byte for the format, then the fields in their order; numbers big-endian, texts as
 * {@link DataOutputStream#writeUTF} has them, lists with their length before them.
 */
final class FeedFormat {
    private static final byte FORMAT = 1;
    /** For a realm that the entry's own key names. */
    private static final String HERE = "-";

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private interface Reading<T> {
        T from(DataInputStream in) throws IOException;
    }

    private FeedFormat() {}

    static byte[] bytes(Wanted wanted) {
        return write(out -> {
            out.writeLong(wanted.position());
            texts(out, wanted.services());
            texts(out, wanted.addresses());
            texts(out, wanted.resolved());
            texts(out, wanted.dropped());
            texts(out, wanted.droppedAddresses());
        });
    }

    static Wanted wanted(byte[] bytes) {
        return read(
                bytes,
                in -> new Wanted(
                        in.readLong(),
                        set(in, ServiceName::parse),
                        set(in, text -> text),
                        set(in, ServiceName::parse),
                        set(in, ServiceName::parse),
                        // Added later: an entry of before ends here.
                        in.available() > 0 ? set(in, text -> text) : new TreeSet<>()));
    }

    static byte[] bytes(Ended ended) {
        return write(out -> {
            out.writeLong(ended.version());
            texts(out, ended.addresses());
        });
    }

    static Ended ended(Entity entity, byte[] bytes) {
        return read(bytes, in -> new Ended(entity, in.readLong(), set(in, text -> text)));
    }

    static byte[] bytes(OpenChange change) {
        return write(out -> {
            out.writeLong(change.eventAtMs());
            out.writeBoolean(change.told());
            texts(out, change.waiting());
            texts(out, change.withdrawn().stream().map(FeedFormat::text).toList());
            texts(out, change.former().keySet().stream().map(FeedFormat::text).toList());
            texts(out, change.former().values());
            texts(
                    out,
                    change.held().stream()
                            .map(entity -> AllocationRecords.key(HERE, entity))
                            .toList());
        });
    }

    static OpenChange openChange(long version, byte[] bytes) {
        return read(bytes, in -> {
            long eventAtMs = in.readLong();
            boolean told = in.readBoolean();
            SortedSet<String> waiting = set(in, text -> text);
            SortedSet<InstanceName> withdrawn = set(in, FeedFormat::instance);
            List<InstanceName> instances = list(in, FeedFormat::instance);
            List<String> workers = list(in, text -> text);
            SortedMap<InstanceName, String> former = new TreeMap<>();
            for (int i = 0; i < instances.size(); i++) {
                former.put(instances.get(i), workers.get(i));
            }
            List<Entity> held = list(in, text -> AllocationRecords.entity(Keys.parse(text)));
            return new OpenChange(version, eventAtMs, waiting, withdrawn, former, held, told);
        });
    }

    static byte[] bytes(Load load) {
        return write(out -> {
            out.writeInt(load.flows());
            out.writeLong(load.position());
        });
    }

    static Load load(byte[] bytes) {
        return read(bytes, in -> new Load(in.readInt(), in.readLong()));
    }

    private static String text(InstanceName instance) {
        return Keys.instance(HERE, instance);
    }

    private static InstanceName instance(String text) {
        return ((Keys.Entity.Instance) Keys.parse(text)).instance();
    }

    private static byte[] write(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static <T> T read(byte[] bytes, Reading<T> reading) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte format = in.readByte();
            if (format != FORMAT) {
                throw new IllegalStateException("an entry of the store has format " + format + "; known: " + FORMAT);
            }
            return reading.from(in);
        } catch (IOException e) {
            throw new UncheckedIOException("an entry of the store ends early", e);
        }
    }

    private static void texts(DataOutputStream out, Collection<?> texts) throws IOException {
        out.writeInt(texts.size());
        for (Object text : texts) {
            out.writeUTF(text.toString());
        }
    }

    private static <T> List<T> list(DataInputStream in, Function<String, T> parse) throws IOException {
        int size = in.readInt();
        List<T> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(parse.apply(in.readUTF()));
        }
        return list;
    }

    private static <T extends Comparable<T>> SortedSet<T> set(DataInputStream in, Function<String, T> parse)
            throws IOException {
        return new TreeSet<>(list(in, parse));
    }
}
