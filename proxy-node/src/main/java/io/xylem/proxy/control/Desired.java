package io.xylem.proxy.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.model.DualAddress;
import io.xylem.model.InstanceName;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Attachment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An instance that somebody asked to attach: what is kept on disk and made true again after a restart. */
record Desired(Attachment attachment, String netns, List<Wiring.Port> published) {
    private static final int FORMAT = 2;
    /** It has no published ports. */
    private static final int OLDEST_FORMAT = 1;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Without published ports. */
    Desired(Attachment attachment, String netns) {
        this(attachment, netns, List.of());
    }

    /** @param format raised with every change of the layout */
    record Stored(int format, List<Entry> attachments) {}

    record Entry(
            String service,
            int instance,
            String netns,
            Addresses instanceIp,
            Addresses namespaceIp,
            @Nullable List<String> publish) {}

    /** Both families as text. Also the form of the HTTP interface. */
    record Addresses(String v4, String v6) {
        static Addresses of(DualAddress address) {
            return new Addresses(address.v4().toString(), address.v6().toString());
        }

        DualAddress toModel() {
            return new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6));
        }
    }

    InstanceName instance() {
        return attachment.instance();
    }

    Wiring.Exposed exposed() {
        return new Wiring.Exposed(namespaceIp(), published);
    }

    DualAddress namespaceIp() {
        return attachment.namespaceIp();
    }

    static void save(Path file, Collection<Desired> all) throws IOException {
        List<Entry> entries = all.stream()
                .map(one -> new Entry(
                        one.instance().service().toString(),
                        one.instance().number(),
                        one.netns,
                        Addresses.of(one.attachment.instanceIp()),
                        Addresses.of(one.namespaceIp()),
                        Publications.texts(one.published)))
                .toList();
        AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(new Stored(FORMAT, entries)));
    }

    /**
     * @throws IOException when the file is there and can't be understood: going on would cut instances off, so that is
     *     for a person to decide
     */
    static List<Desired> load(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        try {
            Stored stored = JSON.readValue(bytes, Stored.class);
            if (stored.format() < OLDEST_FORMAT || stored.format() > FORMAT) {
                throw new IOException(
                        "it has format " + stored.format() + ", known are " + OLDEST_FORMAT + " to " + FORMAT);
            }
            return stored.attachments().stream().map(Desired::of).toList();
        } catch (IOException | RuntimeException e) {
            throw new IOException(
                    "the list of attached instances " + file + " can't be read: " + e.getMessage()
                            + "; correct it, or remove it and attach the instances again",
                    e);
        }
    }

    private static Desired of(Entry entry) {
        InstanceName name = new InstanceName(ServiceName.parse(entry.service()), entry.instance());
        return new Desired(
                new Attachment(
                        name, entry.instanceIp().toModel(), entry.namespaceIp().toModel()),
                entry.netns(),
                entry.publish() == null ? List.of() : Publications.parse(entry.publish()));
    }
}
