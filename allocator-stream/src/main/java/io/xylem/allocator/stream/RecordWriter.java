package io.xylem.allocator.stream;

import io.xylem.allocator.domain.Details;
import io.xylem.allocator.domain.Fact;
import io.xylem.allocator.domain.State;
import io.xylem.model.DualPrefix;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.GeoLocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.ServiceAllocation;
import io.xylem.schemas.avro.SubnetPair;
import io.xylem.schemas.avro.WorkerAllocation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From the domain's answers to records: one outcome an event, one allocation an entity that changed. */
final class RecordWriter {
    /** @param allocation null takes back what the key names */
    record Change(String key, @Nullable Allocation allocation) {}

    private RecordWriter() {}

    static Outcome outcome(io.xylem.allocator.domain.Outcome outcome) {
        Outcome.Builder record = Outcome.newBuilder()
                .setRealm(outcome.realm())
                .setId(outcome.id())
                .setOffset(outcome.offset())
                .setType(outcome.type());
        switch (outcome.result()) {
            case io.xylem.allocator.domain.Outcome.Rejected(var rejection) ->
                record.setStatus(OutcomeStatus.REJECTED)
                        .setCode(rejection.code().name())
                        .setMessage(rejection.message());
            case io.xylem.allocator.domain.Outcome.Accepted(var unchanged, var details) -> {
                record.setStatus(OutcomeStatus.ACCEPTED).setUnchanged(unchanged);
                describe(record, details);
            }
        }
        return record.build();
    }

    private static void describe(Outcome.Builder record, Details details) {
        switch (details) {
            case Details.OfWorker(var worker, var subnet) ->
                record.setWorker(worker).setSubnet(subnet(subnet));
            case Details.OfService(var service, var ips) ->
                record.setService(service.toString()).setServiceIps(ips.isEmpty() ? null : AvroWords.toAvro(ips));
            case Details.OfRealm(var settings) -> record.setSettings(settings);
            case Details.OfInstance(var instance) ->
                record.setService(instance.service().toString()).setInstance(instance.number());
            case Details.OfPlacement(var instance, var worker, var instanceIp, var namespaceIp) ->
                record.setService(instance.service().toString())
                        .setInstance(instance.number())
                        .setWorker(worker)
                        .setInstanceIp(AvroWords.toAvro(instanceIp))
                        .setNamespaceIp(AvroWords.toAvro(namespaceIp));
        }
    }

    private static @Nullable SubnetPair subnet(@Nullable DualPrefix subnet) {
        return subnet == null ? null : AvroWords.toAvro(subnet);
    }

    /** In the order of the facts. Addresses, rests and memories are the allocator's own affair. */
    static List<Change> changes(String realm, long version, List<Fact> facts) {
        List<Change> changes = new ArrayList<>();
        for (Fact fact : facts) {
            switch (fact) {
                case Fact.WorkerAdmitted(var worker) -> changes.add(worker(realm, version, worker));
                case Fact.WorkerUpdated(var worker) -> changes.add(worker(realm, version, worker));
                case Fact.WorkerDismissed(var worker) -> changes.add(new Change(Keys.worker(realm, worker), null));
                case Fact.ServiceCreated(var service) -> changes.add(service(realm, version, service));
                case Fact.ServiceDeleted(var service) -> changes.add(new Change(Keys.service(realm, service), null));
                case Fact.InstancePlaced(var instance) -> changes.add(instance(realm, version, instance));
                case Fact.InstanceUpdated(var instance) -> changes.add(instance(realm, version, instance));
                case Fact.InstanceDeleted(var instance) ->
                    changes.add(new Change(Keys.instance(realm, instance), null));
                case Fact.AddressAllocated _,
                        Fact.AddressReleased _,
                        Fact.RestShortened _,
                        Fact.AddressForgotten _,
                        Fact.WithdrawalStarted _,
                        Fact.WithdrawalEnded _,
                        Fact.EventRemembered _,
                        Fact.RealmChanged _,
                        Fact.EventForgotten _,
                        Fact.MemorySwept _ -> {}
            }
        }
        return changes;
    }

    private static Change worker(String realm, long version, State.Worker worker) {
        GeoLocation location = worker.location() == null ? null : AvroWords.toAvro(worker.location());
        WorkerAllocation body = new WorkerAllocation(
                worker.name(),
                worker.cluster(),
                AvroWords.toAvro(worker.underlay()),
                worker.zone(),
                location,
                AvroWords.toAvro(worker.subnet()),
                worker.lost());
        return new Change(Keys.worker(realm, worker.name()), new Allocation(realm, version, body));
    }

    private static Change service(String realm, long version, State.Service service) {
        ServiceAllocation body = new ServiceAllocation(service.name().toString(), AvroWords.toAvro(service.ips()));
        return new Change(Keys.service(realm, service.name()), new Allocation(realm, version, body));
    }

    private static Change instance(String realm, long version, State.Instance instance) {
        InstanceAllocation body = new InstanceAllocation(
                instance.name().service().toString(),
                instance.name().number(),
                instance.worker(),
                AvroWords.toAvro(instance.instanceIp()),
                AvroWords.toAvro(instance.namespaceIp()),
                AvroWords.toAvro(instance.state()),
                instance.weight());
        return new Change(Keys.instance(realm, instance.name()), new Allocation(realm, version, body));
    }
}
