package io.xylem.routing.stream;

import static io.xylem.routing.stream.AllocationRecords.key;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import io.xylem.routing.domain.Allocated;
import io.xylem.routing.domain.Entity;
import io.xylem.routing.domain.PlacedInstance;
import io.xylem.routing.domain.RoutingView;
import io.xylem.routing.domain.Versioned;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * One realm in the store. There is one store and not one a question, because a crash may keep any prefix of one
 * changelog but an arbitrary mix of several, and the realm's version says what is absent only if nothing before it is
 * missing.
 *
 * <pre>
 *  key                          value                                question
 *  realm|worker|W               the allocation, as in its topic      where is the worker, is it lost
 *  realm|service|S              the same                             which addresses mean the service
 *  realm|instance|S|n           the same                             where is the instance, which addresses has it
 *  realm|hosted|W|S|n           8 bytes: placed since this version   which instances does the worker host
 *  realm|address|A              the service's name                   whose address is it
 *  realm|version                8 bytes                              up to where is known what is not there
 *
 *  of whom it is told, FeedFormat:
 *  realm|wants|W                a Wanted                             what did the worker ask for
 *  realm|heard|W                the feed's name                      was the worker ever heard, where does it read
 *  realm|open|V, 19 digits      an OpenChange                        who has not applied the version, unless the
 *                                                                    change can be had again: OpenSlots
 *  realm|load|S|n               a Load                               how busy is the instance
 *  realm|ended|service|S        an Ended                             what was there a moment ago
 *  realm|ended|instance|S|n     the same
 * </pre>
 */
public class StoredView implements RoutingView {
    final String realm;
    private final Entries entries;
    private final Deserializer<Allocation> deserializer;

    public StoredView(String realm, Entries entries, Deserializer<Allocation> deserializer) {
        this.realm = realm;
        this.entries = entries;
        this.deserializer = deserializer;
    }

    @Override
    public long version() {
        byte[] bytes = entries.get(versionKey());
        return bytes == null ? NOTHING : number(bytes);
    }

    @Override
    public Optional<Versioned<Allocated.Worker>> worker(String worker) {
        return entity(new Entity.OfWorker(worker), Allocated.Worker.class);
    }

    @Override
    public Optional<Versioned<Allocated.Service>> service(ServiceName service) {
        return entity(new Entity.OfService(service), Allocated.Service.class);
    }

    @Override
    public Optional<PlacedInstance> instance(InstanceName instance) {
        return entity(new Entity.OfInstance(instance), Allocated.Instance.class).map(found -> {
            byte[] since = entries.get(hostedKey(found.value().worker(), instance));
            return new PlacedInstance(found.version(), since == null ? NOTHING : number(since), found.value());
        });
    }

    @Override
    public List<Versioned<Allocated.Worker>> workers() {
        return within(realm + "|worker|").flatMap(name -> worker(name).stream()).toList();
    }

    @Override
    public Optional<ServiceName> serviceAt(String address) {
        byte[] bytes = entries.get(addressKey(address));
        return bytes == null ? Optional.empty() : Optional.of(ServiceName.parse(new String(bytes, UTF_8)));
    }

    @Override
    public List<PlacedInstance> instancesOf(ServiceName service) {
        return instances(service).stream()
                .flatMap(entity -> entity instanceof Entity.OfInstance(InstanceName name)
                        ? instance(name).stream()
                        : Stream.empty())
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .toList();
    }

    @Override
    public List<PlacedInstance> instancesOn(String worker) {
        String prefix = realm + "|hosted|" + worker + "|";
        return within(prefix)
                .flatMap(rest ->
                        instance(((Keys.Entity.Instance) Keys.parse(realm + "|instance|" + rest)).instance()).stream())
                // A crash may leave the entry of a former host behind; the instance itself has the last word.
                .filter(placed -> placed.worker().equals(worker))
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .toList();
    }

    /** Every service, then every instance, whether routed or not. */
    public List<Entity> services() {
        return within(realm + "|service|")
                .<Entity>map(rest -> new Entity.OfService(ServiceName.parse(rest)))
                .toList();
    }

    /** Those of one service, or of all where {@code service} is null. */
    public List<Entity> instances(@Nullable ServiceName service) {
        String kind = realm + "|instance|";
        String prefix = service == null ? kind : kind + service + "|";
        return entries.range(prefix, afterPrefix(prefix)).stream()
                .map(entry -> AllocationRecords.entity(Keys.parse(entry.key)))
                .toList();
    }

    private Stream<String> within(String prefix) {
        return entries.range(prefix, afterPrefix(prefix)).stream().map(entry -> entry.key.substring(prefix.length()));
    }

    /** Every prefix ends with the separator and no name holds one, so the next character ends the range. */
    static String afterPrefix(String prefix) {
        return prefix.substring(0, prefix.length() - 1) + (char) ('|' + 1);
    }

    private <T extends Allocated> Optional<Versioned<T>> entity(Entity entity, Class<T> type) {
        byte[] bytes = entries.get(key(realm, entity));
        if (bytes == null) {
            return Optional.empty();
        }
        Allocation allocation = Objects.requireNonNull(deserializer.deserialize(Topics.ALLOCATIONS.name(), bytes));
        return Optional.of(new Versioned<>(
                allocation.getVersion(),
                type.cast(AllocationRecords.toDomain(allocation).value())));
    }

    String addressKey(String address) {
        return realm + "|address|" + address;
    }

    String versionKey() {
        return realm + "|version";
    }

    String hostedKey(String worker, InstanceName instance) {
        return realm + "|hosted|" + worker + "|" + instance.service() + "|" + instance.number();
    }

    private static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
