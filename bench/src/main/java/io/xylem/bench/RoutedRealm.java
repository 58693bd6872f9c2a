package io.xylem.bench;

import io.xylem.proxy.control.SimulatedWorkers;
import io.xylem.schemas.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;

/** A full realm behind allocator and routing, its workers, and what becomes of changes. */
final class RoutedRealm implements AutoCloseable {
    static final String NAME = "main";
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_SECOND = 1e9;

    private final Jvm allocator;
    private final Jvm routing;
    private final Pipe events;
    private final ChangeLoad load;
    private final Applied applied;
    private final SimulatedWorkers workers;

    /** @param real how many of its workers are real */
    RoutedRealm(Cluster cluster, int instances, int real) throws Exception {
        allocator = cluster.startAllocator();
        routing = cluster.startRouting();
        events = new Pipe(cluster.bootstrap(), Topics.DEPLOYMENT_EVENTS.name(), Topics.OUTCOMES.name());
        Space space = new Space(NAME, instances);
        allocate(Log.messages(space.preparation()));
        allocate(Log.messages(space.instances(0, instances)));
        load = new ChangeLoad(space, instances, real);
        applied = new Applied(load.real());
        workers = new SimulatedWorkers(cluster.bootstrap(), Log.REGISTRY, NAME, applied::add);
        Path directory = cluster.directory("workers");
        for (int worker = 0; worker < load.real(); worker++) {
            workers.start(space.worker(worker), load.wantedBy(worker), directory);
        }
        workers.startOthers(load.workers(load.real(), space.workers()));
    }

    private void allocate(List<Log.Message> messages) throws InterruptedException {
        Log.checkAccepted(events.burst(messages, allocator).answers());
    }

    List<ChangeLoad.Change> changes(int count) {
        return load.next(count);
    }

    Processors processors(Jvm broker) {
        return new Processors()
                .of("broker", broker)
                .of("allocator", allocator)
                .of("routing", routing)
                .ofThis("publisher and workers");
    }

    /** @param versions one of each change */
    record Latencies(double[] latenciesMs, List<Long> versions) {}

    /** From when each was due until the last worker concerned goes by it. */
    Latencies atRate(List<ChangeLoad.Change> changes, int perSecond) throws InterruptedException, ExecutionException {
        applied.clear();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        long periodNs = (long) (NS_PER_SECOND / perSecond);
        long startNs = System.nanoTime() + periodNs;
        Thread sender = Pipe.paced(changes.size(), startNs, periodNs, n -> sent.add(send(changes.get(n))));
        sender.join();
        double[] latenciesMs = new double[changes.size()];
        List<Long> versions = new ArrayList<>();
        for (int n = 0; n < latenciesMs.length; n++) {
            long version = sent.get(n).get().offset();
            long atNs = applied.awaitNs(version, changes.get(n).concerned());
            latenciesMs[n] = (atNs - (startNs + n * periodNs)) / NS_PER_MS;
            versions.add(version);
        }
        check(changes.size());
        return new Latencies(latenciesMs, versions);
    }

    /** All at once. @return how many a second were applied by the last worker concerned */
    double burst(List<ChangeLoad.Change> changes) throws InterruptedException, ExecutionException {
        applied.clear();
        long startNs = System.nanoTime();
        List<Future<RecordMetadata>> sent = changes.stream().map(this::send).toList();
        long lastNs = startNs;
        for (int n = 0; n < sent.size(); n++) {
            lastNs = Math.max(
                    lastNs,
                    applied.awaitNs(sent.get(n).get().offset(), changes.get(n).concerned()));
        }
        check(changes.size());
        return changes.size() * NS_PER_SECOND / (lastNs - startNs);
    }

    private Future<RecordMetadata> send(ChangeLoad.Change change) {
        return events.send(change.message());
    }

    private void check(int changes) {
        List<byte[]> outcomes = new ArrayList<>();
        events.receive(changes, allocator, (_, value, _) -> outcomes.add(value));
        Log.checkAccepted(outcomes);
        routing.checkAlive();
    }

    @Override
    public void close() {
        workers.close();
        events.close();
        routing.close();
        allocator.close();
    }
}
