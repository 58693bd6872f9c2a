package io.xylem.proxy.domain;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The instances attached to this worker at one moment, by their namespace IPs. Immutable. */
public final class Attachments {
    public static final Attachments NONE = new Attachments(List.of());

    private final List<Attachment> all;
    private final AddressIndex<Attachment> byNamespaceIp;

    private Attachments(List<Attachment> all) {
        this.all = all;
        AddressIndex<Attachment> index = AddressIndex.empty(Attachment::namespaceIp);
        for (Attachment attachment : all) {
            index = index.with(attachment);
        }
        byNamespaceIp = index;
    }

    public static Attachments of(Collection<Attachment> attachments) {
        return new Attachments(List.copyOf(attachments));
    }

    public List<Attachment> all() {
        return all;
    }

    /** @return the instance with this namespace IP (as in {@link Addresses}), or null; allocates nothing */
    public @Nullable Attachment find(long high, long low) {
        return byNamespaceIp.get(high, low);
    }
}
