package io.xylem.routing.stream;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import io.xylem.routing.domain.InstanceReport;
import io.xylem.routing.domain.ReportJudge;
import io.xylem.routing.domain.Verdict;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.Interests;
import io.xylem.schemas.avro.LoadReport;
import io.xylem.schemas.avro.Tick;
import io.xylem.schemas.avro.WorkerStatus;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What workers say in, what is believed of it out. */
final class StatusProcessor extends ContextualProcessor<String, @Nullable WorkerStatus, String, DeploymentEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(StatusProcessor.class);

    private final Serde<Allocation> serde;
    private final RoutingCounters counters;

    StatusProcessor(Serde<Allocation> serde, RoutingCounters counters) {
        this.serde = serde;
        this.counters = counters;
    }

    @Override
    public void process(Record<String, @Nullable WorkerStatus> record) {
        WorkerStatus status = record.value();
        if (status == null) {
            return; // a worker takes back what it said: nothing follows from that
        }
        switch (status.getBody()) {
            case Heartbeat _ -> {
                counters.heartbeat();
                return;
            }
            // Not acted upon yet.
            case Interests _, LoadReport _, Tick _ -> {
                return;
            }
            default -> {}
        }
        InstanceReport report = read(record.key(), status);
        StoredRealm state = new StoredRealm(status.getRealm(), context().getStateStore(RoutingTopology.STORE), serde);
        Verdict verdict = ReportJudge.judge(state, report);
        counters.report(verdict);
        switch (verdict) {
            case Verdict.Believed believed ->
                context().forward(record.withKey(status.getRealm()).withValue(event(status, believed)));
            case Verdict.Refused refused -> LOG.warn("{}: {}", refused.reason(), refused.message());
        }
    }

    private InstanceReport read(String key, WorkerStatus status) {
        try {
            if (!(status.getBody() instanceof io.xylem.schemas.avro.InstanceReport body)) {
                throw new IllegalArgumentException("unknown body " + status.getBody());
            }
            InstanceName instance = new InstanceName(ServiceName.parse(body.getService()), body.getInstance());
            if (!Keys.instance(status.getRealm(), instance).equals(key)) {
                throw new IllegalArgumentException("key " + key + " is not that of " + status);
            }
            return new InstanceReport(
                    status.getWorker(),
                    instance,
                    body.getReady(),
                    body.getReason(),
                    body.getVersion(),
                    context().recordMetadata().orElseThrow().offset());
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException("not a worker's status: " + e.getMessage(), e);
        }
    }

    private static DeploymentEvent event(WorkerStatus status, Verdict.Believed believed) {
        String service = believed.instance().service().toString();
        int number = believed.instance().number();
        return new DeploymentEvent(
                status.getRealm(),
                believed.id(),
                status.getAt(),
                believed.ready()
                        ? new InstanceReady(service, number, status.getWorker())
                        : new InstanceUnready(service, number, believed.reason(), status.getWorker()));
    }
}
