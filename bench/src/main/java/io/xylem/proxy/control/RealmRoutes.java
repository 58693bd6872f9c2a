package io.xylem.proxy.control;

import io.xylem.balancing.Site;
import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Host;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceRoute;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;

/**
 * The routes of a realm as a proxy gets them: instance {@code n} is of service {@code n % services} on worker
 * {@code n % workers}. It stands in the proxy's package so that nothing there must be public for a measurement's sake.
 */
public final class RealmRoutes {
    public static final String REALM = "main";

    private static final String TOPIC = Topics.WORKER_ROUTES.name();

    public final int instances;
    public final int services;
    public final int workers;
    private final Serde<Route> serde;

    /** @param registry that the records' schema is in */
    public RealmRoutes(int instances, int services, int workers, String registry) {
        this.instances = instances;
        this.services = services;
        this.workers = workers;
        serde = Topics.WORKER_ROUTES.valueSerde(Map.of("schema.registry.url", registry));
    }

    /** As a broadcast record has it. */
    public String instanceKey(int n) {
        return Keys.instance(REALM, instance(n));
    }

    public String serviceKey(int service) {
        return Keys.service(REALM, name(service));
    }

    public static String fed(int worker, String key) {
        return Keys.fed("w" + worker, key);
    }

    public byte[] instanceValue(int n, boolean ready, long version) {
        RouteUpdate.InstanceAt at = at(n, ready ? InstanceState.READY : InstanceState.UNREADY, version);
        InstanceRoute route = InstanceRoute.newBuilder()
                .setService(at.instance().service().toString())
                .setInstance(at.instance().number())
                .setInstanceIp(AvroWords.toAvro(at.instanceIp()))
                .setNamespaceIp(AvroWords.toAvro(at.namespaceIp()))
                .setWorker(at.worker())
                .setCluster("bench")
                .setUnderlay(AvroWords.toAvro(at.underlay()))
                .setReadiness(AvroWords.toAvro(at.state()))
                .build();
        return serde.serializer().serialize(TOPIC, new Route(REALM, version, route));
    }

    public byte[] serviceValue(int service) {
        RouteUpdate.ServiceKnown known = known(service);
        return serde.serializer()
                .serialize(
                        TOPIC,
                        new Route(
                                REALM,
                                known.version(),
                                new ServiceRoute(known.service().toString(), AvroWords.toAvro(known.serviceIps()))));
    }

    public static RecordHeaders headers(long version) {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, version);
        return headers;
    }

    /** What the control side keeps of all these routes, each read from its record. */
    public Object read() {
        RouteFold fold = new RouteFold("w0");
        Routes routes = new Routes("w0");
        for (int service = 0; service < services; service++) {
            read(fold, serviceKey(service), serviceValue(service), 1);
        }
        for (int n = 0; n < instances; n++) {
            read(fold, instanceKey(n), instanceValue(n, true, 2 + n), 2 + n);
            if (n % 500 == 0) {
                routes.publish(fold); // as after each batch that a consumer gets
            }
        }
        routes.publish(fold);
        return routes;
    }

    private void read(RouteFold fold, String key, byte[] value, long version) {
        Route route = serde.deserializer().deserialize(TOPIC, value);
        if (FeedRecord.read(key, headers(version), route) instanceof FeedRecord.Update update) {
            fold.apply(update.update());
        }
    }

    /**
     * A worker's directory after it had read all routes, with two instances of its own attached.
     *
     * @return the instance IPs of the two
     */
    public List<String> save(Path directory, String netnsOfOne, String netnsOfOther) throws IOException {
        ServiceName own = new ServiceName("app", "bench", "own", "bench");
        List<RouteUpdate> updates = new ArrayList<>();
        List<Desired> attached = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (String netns : List.of(netnsOfOne, netnsOfOther)) {
            int number = attached.size();
            InstanceName instance = new InstanceName(own, number);
            // A full realm has all but the first and the last one.
            DualAddress instanceIp = dual(0x0a1e_0000 + number * 0xffff, 0xfdff_0000_0000_0000L, 0xffff_fff0L + number);
            DualAddress namespaceIp = dual(0x0a11_fff0 + number, 0xfc00_0000_0000_0000L, 0xffff_fff0L + number);
            updates.add(new RouteUpdate.InstanceAt(
                    instance, instanceIp, namespaceIp, "w0", endpoint(0), InstanceState.READY, 1));
            attached.add(new Desired(new Attachment(instance, instanceIp, namespaceIp), netns));
            addresses.add(instanceIp.v4().toString());
        }
        for (int service = 0; service < services; service++) {
            updates.add(known(service));
        }
        for (int n = 0; n < instances; n++) {
            updates.add(at(n, InstanceState.READY, 2 + n));
        }
        new RouteSnapshot(
                        new FeedSource(FeedSource.Kind.INTEREST, REALM, "w0"),
                        updates.size(),
                        System.currentTimeMillis(),
                        2L + instances,
                        List.of(),
                        updates)
                .save(directory.resolve("routes.bin"));
        Desired.save(directory.resolve("attachments.json"), attached);
        return addresses;
    }

    private ServiceName name(int service) {
        return new ServiceName("app", "bench", "s" + service, "bench");
    }

    private InstanceName instance(int n) {
        return new InstanceName(name(n % services), n / services);
    }

    private RouteUpdate.ServiceKnown known(int service) {
        DualAddress address = dual(0x0a1e_0001 + instances + service, 0xfdff_2000_0000_0000L, 1L + service);
        return new RouteUpdate.ServiceKnown(name(service), List.of(new ServiceIp("RR", address)), 1);
    }

    private RouteUpdate.InstanceAt at(int n, InstanceState state, long version) {
        int worker = n % workers;
        return new RouteUpdate.InstanceAt(
                instance(n),
                dual(0x0a1e_0001 + n, 0xfdff_0000_0000_0000L, 1L + n),
                dual(0x0a12_0000 + worker * 64 + n / workers, 0xfc00_0000_0000_0000L, worker * 256L + n / workers),
                new Host(new Site("w" + worker, null, null), endpoint(worker)),
                1,
                state,
                version,
                false);
    }

    private static Endpoint endpoint(int worker) {
        return new Endpoint("192.168." + worker / 250 + "." + (1 + worker % 250), 50_103);
    }

    private static DualAddress dual(int v4, long high, long low) {
        return new DualAddress(new Ipv4(v4), new Ipv6(high, low));
    }
}
