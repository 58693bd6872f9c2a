package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.runtime.HttpEndpoint.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances attached to this worker: desired on disk, made true by {@link Wiring}, seen by packets through
 * {@link #attachments}. Ending the proxy leaves them connected; only {@link #detach} takes an instance off.
 *
 * <pre>
 *  attach:  route that places it here ─► wiring ─► desired on disk ─► packets ─► report ready ─► answer
 *  detach:  packets ─► wiring ─► desired on disk ─► report unready ─► answer
 * </pre>
 */
public final class Instances {
    private static final Logger LOG = LoggerFactory.getLogger(Instances.class);

    private final String worker;
    private final Routes routes;
    private final Wiring wiring;
    private final Path file;
    private final Runnable onChange;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<InstanceName, Desired> desired = new TreeMap<>();
    private final Map<InstanceName, String> faults = new TreeMap<>();
    private volatile Attachments attachments = Attachments.NONE;

    /**
     * An instance as {@code GET /instances} shows it.
     *
     * @param fault why it could not be connected, or empty
     */
    record Seen(Desired desired, String fault) {}

    /** @param onChange after packets see other attachments */
    Instances(String worker, Routes routes, Wiring wiring, Path file, Runnable onChange) {
        this.worker = worker;
        this.routes = routes;
        this.wiring = wiring;
        this.file = file;
        this.onChange = onChange;
    }

    /** What packets see. */
    public Attachments attachments() {
        return attachments;
    }

    /**
     * Connects again what was connected when the proxy last ran. An instance whose namespace is gone is taken off; one
     * that can't be connected stays desired, with its fault.
     *
     * @return the instances that are gone
     */
    List<Desired> restore() throws IOException {
        lock.lock();
        try {
            List<Desired> stored = Desired.load(file);
            List<Desired> gone =
                    stored.stream().filter(one -> !wiring.exists(one.netns())).toList();
            for (Desired one : gone) {
                LOG.warn("{} is taken off: its network namespace {} is gone", one.instance(), one.netns());
                wiring.detach(one.namespaceIp());
            }
            for (Desired one : stored) {
                if (gone.contains(one)) {
                    continue;
                }
                desired.put(one.instance(), one);
                try {
                    wiring.attach(one.netns(), one.namespaceIp());
                } catch (IOException e) {
                    LOG.error("{} can't be connected again", one.instance(), e);
                    faults.put(one.instance(), String.valueOf(e.getMessage()));
                }
            }
            try {
                expose(desired);
            } catch (IOException e) {
                LOG.error("the ports of instances can't be published again", e);
            }
            if (!gone.isEmpty()) {
                Desired.save(file, desired.values());
            }
            publish();
            return gone;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Attaches, or makes sure that it is attached.
     *
     * @param published ports of the node that lead to it; null for those that it has, or none
     * @throws Refused 404 without the namespace, 504 while no route places the instance here, 409 when instance or
     *     namespace are attached otherwise or the namespace can't be connected
     */
    Desired attach(
            InstanceName instance,
            String netns,
            @Nullable List<Wiring.Port> published,
            long timeoutMs,
            StatusReporter reporter)
            throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        if (!wiring.exists(netns)) {
            throw new Refused(
                    404,
                    "NO_SUCH_NETNS",
                    "there is no network namespace '" + netns
                            + "': give a name that `ip netns list` shows, or a path such as /proc/PID/ns/net");
        }
        InstanceAt route = routes.await(instance, at -> at.worker().equals(worker), timeoutMs)
                .orElseThrow(() -> notPlacedHere(instance, timeoutMs));
        Attachment attachment = new Attachment(instance, route.instanceIp(), route.namespaceIp());
        Desired wanted;
        lock.lock();
        try {
            Desired known = desired.get(instance);
            List<Wiring.Port> kept = known == null ? List.of() : known.published();
            wanted = new Desired(attachment, netns, published == null ? kept : published);
            connect(wanted);
        } finally {
            lock.unlock();
        }
        LOG.info("attached {} ({}) as {}", instance, netns, route.namespaceIp());
        switch (route.state()) {
            // Also when it is ready: that it was detached a moment ago may be on its way still.
            case SCHEDULED, UNREADY, READY -> {
                long leftMs = timeoutMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
                awaitTold(reporter, Report.ready(route), leftMs);
            }
            case DRAINING -> {}
        }
        return wanted;
    }

    private void connect(Desired wanted) throws IOException {
        InstanceName instance = wanted.instance();
        Desired known = desired.get(instance);
        if (known != null && !known.netns().equals(wanted.netns())) {
            throw new Refused(
                    409,
                    "ATTACHED_ELSEWHERE",
                    instance + " is attached to network namespace '" + known.netns() + "': detach it there first");
        }
        for (Desired other : desired.values()) {
            if (other.netns().equals(wanted.netns()) && !other.instance().equals(instance)) {
                throw new Refused(
                        409,
                        "NETNS_IN_USE",
                        "network namespace '" + wanted.netns() + "' is that of " + other.instance()
                                + ": a namespace is one instance");
            }
        }
        Publications.check(wanted, known, desired.values(), wiring);
        if (known != null && !known.namespaceIp().equals(wanted.namespaceIp())) {
            wiring.detach(known.namespaceIp()); // it was away and came back to another address
        }
        try {
            wiring.attach(wanted.netns(), wanted.namespaceIp());
        } catch (IOException e) {
            LOG.warn("{} can't be attached: {}", instance, e.getMessage());
            throw new Refused(409, "NETWORK_REFUSED", String.valueOf(e.getMessage()));
        }
        exposeToo(wanted, known);
        desired.put(instance, wanted);
        faults.remove(instance);
        Desired.save(file, desired.values());
        publish();
    }

    private void exposeToo(Desired wanted, @Nullable Desired known) throws IOException {
        Map<InstanceName, Desired> then = new TreeMap<>(desired);
        then.put(wanted.instance(), wanted);
        try {
            expose(then);
        } catch (IOException e) {
            if (known == null) {
                wiring.detach(wanted.namespaceIp());
            }
            throw new Refused(409, "PORTS_REFUSED", String.valueOf(e.getMessage()));
        }
    }

    private void expose(Map<InstanceName, Desired> all) throws IOException {
        wiring.expose(all.values().stream().map(Desired::exposed).toList());
    }

    private Refused notPlacedHere(InstanceName instance, long timeoutMs) {
        String known = routes.find(instance)
                .map(at -> "its route (version " + at.version() + ") places it on worker " + at.worker())
                .orElse("no route of it is known");
        return new Refused(
                504,
                "NOT_PLACED_HERE",
                instance + " was not placed on worker " + worker + " within " + timeoutMs + " ms; " + known
                        + ". Publish an InstanceScheduled or InstanceMigrated event for " + worker);
    }

    private static void awaitTold(StatusReporter reporter, Report report, long leftMs) throws InterruptedException {
        try {
            reporter.say(report).get(Math.max(1, leftMs), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new Refused(
                    504,
                    "NOT_REPORTED",
                    report.instance()
                            + " is attached, but the brokers did not take the report that it is ready; it is repeated"
                            + " until they do"
                            + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()));
        }
    }

    /** @throws Refused 404 when it is not attached */
    void detach(InstanceName instance, StatusReporter reporter) throws IOException {
        lock.lock();
        try {
            Desired known = desired.remove(instance);
            if (known == null) {
                throw new Refused(
                        404,
                        "NOT_ATTACHED",
                        instance + " is not attached to worker " + worker + "; attached: " + desired.keySet());
            }
            faults.remove(instance);
            publish();
            wiring.detach(known.namespaceIp());
            Desired.save(file, desired.values());
            expose(desired);
        } finally {
            lock.unlock();
        }
        LOG.info("detached {}", instance);
        sayGone(instance, "detached", reporter);
    }

    /** Takes back that the instance is ready, if the route still says so. */
    void sayGone(InstanceName instance, String reason, StatusReporter reporter) {
        routes.find(instance).filter(at -> at.worker().equals(worker)).ifPresent(at -> {
            var _ = reporter.say(Report.unready(at, reason)); // repeated by the reporter until it is heard
        });
    }

    List<Seen> all() {
        lock.lock();
        try {
            return desired.values().stream()
                    .map(one -> new Seen(one, faults.getOrDefault(one.instance(), "")))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private void publish() {
        Collection<Attachment> connected = desired.values().stream()
                .filter(one -> !faults.containsKey(one.instance()))
                .map(Desired::attachment)
                .toList();
        attachments = Attachments.of(connected);
        onChange.run();
    }
}
