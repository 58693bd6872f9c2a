package io.xylem.routing.stream;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.routing.domain.Feed;
import io.xylem.routing.domain.InstanceReport;
import io.xylem.routing.domain.KeyJudge;
import io.xylem.routing.domain.RealmFeeds;
import io.xylem.routing.domain.ReportJudge;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceFlows;
import io.xylem.schemas.avro.Interests;
import io.xylem.schemas.avro.LoadReport;
import io.xylem.schemas.avro.OwnKeys;
import io.xylem.schemas.avro.WorkerStatus;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.streams.processor.api.Record;

/** What a worker says, in the domain's words. */
final class StatusHandler {
    private final RealmFeeds feeds;
    private final Outbox outbox;
    private final RoutingCounters counters;

    StatusHandler(RealmFeeds feeds, Outbox outbox, RoutingCounters counters) {
        this.feeds = feeds;
        this.outbox = outbox;
        this.counters = counters;
    }

    /** @param offset of the record in the log of statuses */
    void handle(Record<String, WorkerStatus> record, long offset) {
        WorkerStatus status = record.value();
        String worker = status.getWorker();
        try {
            switch (status.getBody()) {
                case Heartbeat heartbeat -> {
                    counters.heartbeat();
                    outbox.send(feeds.heartbeat(
                            worker, heartbeat.getAppliedVersion(), feed(heartbeat), record.timestamp()));
                }
                case io.xylem.schemas.avro.InstanceReport body -> {
                    InstanceReport report = report(record.key(), status, body, offset);
                    outbox.send(feeds.heard(worker, record.timestamp()));
                    outbox.send(status, ReportJudge.judge(feeds.view(), report));
                }
                case Interests interests -> {
                    mustBe(record.key(), Keys.interest(status.getRealm(), worker), status);
                    SortedSet<ServiceName> services = new TreeSet<>();
                    interests.getServices().forEach(name -> services.add(ServiceName.parse(name)));
                    SortedSet<String> addresses = new TreeSet<>();
                    interests.getAddresses().forEach(address -> addresses.add(canonical(address)));
                    outbox.send(feeds.heard(worker, record.timestamp()));
                    outbox.send(feeds.declared(worker, services, addresses, offset));
                }
                case LoadReport report -> {
                    mustBe(record.key(), Keys.load(status.getRealm(), worker), status);
                    Map<InstanceName, Integer> flows = new TreeMap<>();
                    for (InstanceFlows of : report.getInstances()) {
                        flows.put(
                                new InstanceName(ServiceName.parse(of.getService()), of.getInstance()), of.getFlows());
                    }
                    outbox.send(feeds.heard(worker, record.timestamp()));
                    outbox.send(feeds.loads(worker, flows, offset));
                }
                case OwnKeys keys -> {
                    mustBe(record.key(), Keys.ownKeys(status.getRealm(), worker), status);
                    outbox.send(feeds.heard(worker, record.timestamp()));
                    outbox.send(worker, keys, KeyJudge.refusal(feeds.view(), worker, canonical(keys.getAddress())));
                }
                default -> throw new IllegalArgumentException("unknown body " + status.getBody());
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException("not a worker's status: " + e.getMessage(), e);
        }
    }

    private static InstanceReport report(
            String key, WorkerStatus status, io.xylem.schemas.avro.InstanceReport body, long offset) {
        InstanceName instance = new InstanceName(ServiceName.parse(body.getService()), body.getInstance());
        mustBe(key, Keys.instance(status.getRealm(), instance), status);
        return new InstanceReport(
                status.getWorker(), instance, body.getReady(), body.getReason(), body.getVersion(), offset);
    }

    private static void mustBe(String key, String expected, WorkerStatus status) {
        if (!key.equals(expected)) {
            throw new IllegalArgumentException("key " + key + " is not that of " + status);
        }
    }

    private static Feed feed(Heartbeat heartbeat) {
        return switch (heartbeat.getFeed()) {
            case "interest" -> Feed.INTEREST;
            case "broadcast" -> Feed.BROADCAST;
            default ->
                throw new IllegalArgumentException(
                        "a feed is interest or broadcast, not '" + heartbeat.getFeed() + "'");
        };
    }

    /** As the model writes it, so that one address has one text. */
    private static String canonical(String address) {
        return address.indexOf(':') < 0
                ? Ipv4.parse(address).toString()
                : Ipv6.parse(address).toString();
    }
}
