package io.xylem.proxy.control;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceRoute;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The example of the address plan. */
public final class Samples {
    public static final String REALM = "main";
    public static final ServiceName S = ServiceName.parse("A.prod.S.prod");
    public static final InstanceName S1 = new InstanceName(S, 1);
    public static final InstanceName S2 = new InstanceName(S, 2);
    static final InstanceName S3 = new InstanceName(S, 3);

    /** All routes, as worker {@code w1} reads them. */
    static final FeedSource BROADCAST = new FeedSource(FeedSource.Kind.BROADCAST, REALM, "w1");

    /** What worker {@code w1} asked for. */
    static final FeedSource INTEREST = new FeedSource(FeedSource.Kind.INTEREST, REALM, "w1");

    private Samples() {}

    public static DualAddress address(String v4, String v6) {
        return new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6));
    }

    public static InstanceAt at(InstanceName instance, String worker, InstanceState state, long version) {
        return at(instance, worker, "192.168.77.1", state, version);
    }

    /** @param underlay the worker's address there */
    public static InstanceAt at(
            InstanceName instance, String worker, String underlay, InstanceState state, long version) {
        int n = instance.number();
        return new InstanceAt(
                instance,
                address("10.30.0." + (1 + n), "fdff::" + n),
                address("10.18.30." + (64 + n), "fc00::790" + n),
                worker,
                new Endpoint(underlay, 50_103),
                state,
                version);
    }

    /** The only instance of the service {@code A.prod.NAME.prod}, ready. */
    public static InstanceAt only(
            String name, DualAddress instanceIp, DualAddress namespaceIp, String worker, String underlay) {
        return new InstanceAt(
                new InstanceName(ServiceName.parse("A.prod." + name + ".prod"), 1),
                instanceIp,
                namespaceIp,
                worker,
                new Endpoint(underlay, 50_103),
                InstanceState.READY,
                1);
    }

    public static ServiceKnown service(long version) {
        return new ServiceKnown(S, List.of(new ServiceIp("RR", address("10.30.0.1", "fdff:2000::1"))), version);
    }

    static Route avro(InstanceAt at) {
        return new Route(
                REALM,
                at.version(),
                InstanceRoute.newBuilder()
                        .setService(at.instance().service().toString())
                        .setInstance(at.instance().number())
                        .setInstanceIp(AvroWords.toAvro(at.instanceIp()))
                        .setNamespaceIp(AvroWords.toAvro(at.namespaceIp()))
                        .setWorker(at.worker())
                        .setCluster("c1")
                        .setUnderlay(AvroWords.toAvro(at.underlay()))
                        .setReadiness(AvroWords.toAvro(at.state()))
                        .build());
    }

    static Route avro(ServiceKnown known) {
        return new Route(
                REALM,
                known.version(),
                new ServiceRoute(known.service().toString(), AvroWords.toAvro(known.serviceIps())));
    }

    /** As a proxy leaves its directory: these routes, and these of them attached. */
    public static void saveTo(Path directory, String worker, List<RouteUpdate> routes, Map<InstanceAt, String> attached)
            throws IOException {
        long version = routes.stream().mapToLong(RouteUpdate::version).max().orElse(-1);
        new RouteSnapshot(
                        new FeedSource(FeedSource.Kind.INTEREST, REALM, worker),
                        1,
                        System.currentTimeMillis(),
                        version,
                        List.of(),
                        routes)
                .save(directory.resolve("routes.bin"));
        Desired.save(
                directory.resolve("attachments.json"),
                attached.entrySet().stream()
                        .map(one -> new Desired(
                                new Attachment(
                                        one.getKey().instance(),
                                        one.getKey().instanceIp(),
                                        one.getKey().namespaceIp()),
                                one.getValue()))
                        .toList());
    }
}
