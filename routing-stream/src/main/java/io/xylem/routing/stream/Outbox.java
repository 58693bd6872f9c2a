package io.xylem.routing.stream;

import io.xylem.routing.domain.Convergence.Done;
import io.xylem.routing.domain.Output;
import io.xylem.routing.domain.Output.Observation;
import io.xylem.routing.domain.Verdict;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.Convergence;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.OwnKeys;
import io.xylem.schemas.avro.TunnelKeys;
import io.xylem.schemas.avro.WithdrawalConfirmed;
import io.xylem.schemas.avro.WorkerBack;
import io.xylem.schemas.avro.WorkerLost;
import io.xylem.schemas.avro.WorkerStatus;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What routing says of one realm, as records of their topics.
 *
 * @param timestamp of the record that caused it: what follows is as old as its cause
 */
record Outbox(
        ProcessorContext<String, @Nullable Object> context, String realm, long timestamp, RoutingCounters counters) {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    void send(List<Output> outputs) {
        RouteValues routes = new RouteValues(realm);
        outputs.forEach(output -> send(output, routes));
    }

    private void send(Output output, RouteValues routes) {
        switch (output) {
            case Output.Broadcast(var change, boolean more) -> {
                context.forward(RouteRecords.write(realm, change, more, timestamp), RoutingTopology.ROUTES);
                counters.route(change);
            }
            case Output.Tell tell -> {
                context.forward(FeedRecords.write(realm, tell, timestamp, routes), RoutingTopology.WORKER_ROUTES);
                counters.told(tell.what());
            }
            case Output.Observe(String id, long atMs, Observation what) -> {
                observe(id, atMs, body(what));
                counters.observation(what);
            }
            case Output.Converged(Done done) -> {
                Convergence convergence = new Convergence(
                        realm, done.version(), done.eventAtMs(), done.appliedAtMs(), done.workers(), done.slowest());
                // As late as it was applied, so that who looks from an event's time on finds it.
                context.forward(
                        new Record<>(Keys.convergence(realm, done.version()), convergence, done.appliedAtMs()),
                        RoutingTopology.CONVERGENCE);
                counters.converged(done);
            }
            case Output.Disbelieved(Verdict.Refused why) -> refused(why);
        }
    }

    void send(WorkerStatus status, Verdict verdict) {
        switch (verdict) {
            case Verdict.Believed believed -> {
                counters.believed();
                observe(believed.id(), status.getAt(), body(status, believed));
            }
            case Verdict.Refused why -> refused(why);
        }
    }

    /** What a worker says of its own keys, for the other workers. */
    void send(String worker, OwnKeys keys, Optional<Verdict.Refused> refusal) {
        if (refusal.isPresent()) {
            refused(refusal.get());
            return;
        }
        counters.believed();
        context.forward(
                new Record<>(
                        Keys.worker(realm, worker),
                        new TunnelKeys(realm, worker, keys.getAddress(), keys.getKeys()),
                        timestamp),
                RoutingTopology.TUNNEL_KEYS);
    }

    private void refused(Verdict.Refused why) {
        counters.refused(why.reason());
        LOG.warn("{}: {}", why.reason(), why.message());
    }

    private void observe(String id, long atMs, SpecificRecord body) {
        context.forward(
                new Record<>(realm, new DeploymentEvent(realm, id, atMs, body), timestamp),
                RoutingTopology.OBSERVATIONS);
    }

    private static SpecificRecord body(Observation what) {
        return switch (what) {
            case Observation.WorkerLost(String worker) -> new WorkerLost(worker);
            case Observation.WorkerBack(String worker) -> new WorkerBack(worker);
            case Observation.WithdrawalConfirmed(var instance, long version) ->
                new WithdrawalConfirmed(instance.service().toString(), instance.number(), version);
        };
    }

    private static SpecificRecord body(WorkerStatus status, Verdict.Believed believed) {
        String service = believed.instance().service().toString();
        int number = believed.instance().number();
        return believed.ready()
                ? new InstanceReady(service, number, status.getWorker())
                : new InstanceUnready(service, number, believed.reason(), status.getWorker());
    }
}
