package io.xylem.audit;

import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who had an address, from when to when. For an address in a worker's subnet the worker counts as an owner as well. */
public final class AddressHistory implements Audit.ChangeListener {
    /**
     * @param kind what the address was to its owner
     * @param toOffset of the event that took it back; null: it has it still
     */
    public record Ownership(
            String realm,
            String owner,
            String kind,
            long fromOffset,
            long fromMs,
            @Nullable Long toOffset,
            @Nullable Long toMs) {}

    private final @Nullable Ipv4 v4;
    private final @Nullable Ipv6 v6;
    private final List<Ownership> past = new ArrayList<>();
    /** By the owner's key and kind. */
    private final Map<String, Ownership> present = new HashMap<>();

    /** @throws IllegalArgumentException if the text is no address */
    public AddressHistory(String address) {
        boolean isV6 = address.indexOf(':') >= 0;
        v6 = isV6 ? Ipv6.parse(address) : null;
        v4 = isV6 ? null : Ipv4.parse(address);
    }

    @Override
    public void changed(LoggedEvent event, Change change) {
        String before = kind(change.before());
        String after = kind(change.after());
        if (before.equals(after)) {
            return;
        }
        if (!before.isEmpty()) {
            Ownership was = present.remove(change.key());
            if (was != null) {
                past.add(new Ownership(
                        was.realm(),
                        was.owner(),
                        was.kind(),
                        was.fromOffset(),
                        was.fromMs(),
                        event.offset(),
                        event.atMs()));
            }
        }
        if (!after.isEmpty()) {
            String realm = change.key().substring(0, change.key().indexOf('|'));
            present.put(
                    change.key(),
                    new Ownership(realm, change.any().title(), after, event.offset(), event.atMs(), null, null));
        }
    }

    /** In the order in which they got it. */
    public List<Ownership> owners() {
        List<Ownership> all = new ArrayList<>(past);
        all.addAll(present.values());
        all.sort((one, other) -> Long.compare(one.fromOffset(), other.fromOffset()));
        return all;
    }

    private String kind(@Nullable Entity entity) {
        return switch (entity) {
            case null -> "";
            case Entity.Worker worker ->
                (v4 != null && worker.subnet().v4().contains(v4))
                                || (v6 != null && worker.subnet().v6().contains(v6))
                        ? "worker subnet"
                        : "";
            case Entity.Service service ->
                service.ips().stream()
                        .filter(ip -> ip.address().v4().equals(v4)
                                || ip.address().v6().equals(v6))
                        .map(ip -> "service IP " + ip.ipType())
                        .findFirst()
                        .orElse("");
            case Entity.Instance instance -> {
                if (instance.instanceIp().v4().equals(v4)
                        || instance.instanceIp().v6().equals(v6)) {
                    yield "instance IP";
                }
                boolean isNamespaceIp = instance.namespaceIp().v4().equals(v4)
                        || instance.namespaceIp().v6().equals(v6);
                yield isNamespaceIp ? "namespace IP" : "";
            }
        };
    }
}
