package io.xylem.proxy.ebpf;

import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.linux.NamespaceInterfaces;
import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.RouteQuery;
import io.xylem.proxy.linux.WorkerNetwork;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By which way the underlay is left for each peer. The kernel is asked once a while; a peer whose packets would not fit
 * into the device's, or that the tunnel's socket does not reach, has none. One thread.
 */
final class Underlay implements KernelFlows.Ways, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Underlay.class);
    private static final int V4_OUTER_BYTES = 20 + 8;
    private static final int V6_OUTER_BYTES = 40 + 8;
    private static final Ipv6 ANY_V4 = new Ipv6(0, Addresses.mapped(0));
    /** Of either family. */
    private static final Ipv6 ANY = new Ipv6(0, 0);

    /** Who wants to know to whom packets go. */
    interface Peers {
        /** @param self this worker's address toward it */
        void use(Ipv6 peer, Ipv6 self);
    }

    private final RouteQuery routes;
    private final NamespaceInterfaces interfaces;
    /** What the tunnel is bound to. */
    private final Ipv6 bound;

    private final IntPredicate isOurs;
    private final Map<Ipv6, Optional<RouteQuery.Way>> ways = new HashMap<>();
    private final Peers peers;
    /** Numbers of the devices by which packets have left; for any thread. */
    private final Set<Integer> used = ConcurrentHashMap.newKeySet();

    private volatile Runnable onFirstUse = () -> {};

    /**
     * @param bound the tunnel's address, as in {@link Addresses}; {@code 0.0.0.0} or {@code ::}: any
     * @param isOurs whether packets that come in by a device are looked at
     * @param peers told of each peer that has a way, anew after each {@link #forget}
     */
    Underlay(NetworkNamespace worker, NamespaceInterfaces interfaces, Ipv6 bound, IntPredicate isOurs, Peers peers)
            throws IOException {
        routes = RouteQuery.open(worker);
        this.interfaces = interfaces;
        this.bound = bound;
        this.isOurs = isOurs;
        this.peers = peers;
    }

    @Override
    public RouteQuery.@Nullable Way to(long peerHigh, long peerLow) {
        return ways.computeIfAbsent(new Ipv6(peerHigh, peerLow), this::ask).orElse(null);
    }

    @Override
    public void forget() {
        ways.clear();
    }

    private Optional<RouteQuery.Way> ask(Ipv6 peer) {
        boolean v4 = Addresses.isV4(peer.high(), peer.low());
        if (!bound.equals(ANY) && Addresses.isV4(bound.high(), bound.low()) != v4) {
            return Optional.empty();
        }
        try {
            RouteQuery.Way way = routes.to(peer);
            if (way == null
                    || !isOurs.test(way.device())
                    || interfaces.mtuBytes(way.device())
                            < WorkerNetwork.MTU_BYTES + (v4 ? V4_OUTER_BYTES : V6_OUTER_BYTES)) {
                return Optional.empty();
            }
            if (used.add(way.device())) {
                onFirstUse.run();
            }
            boolean isAny = bound.equals(ANY) || bound.equals(ANY_V4);
            Ipv6 self = isAny ? way.source() : bound;
            peers.use(peer, self);
            return Optional.of(new RouteQuery.Way(way.device(), self, way.nextHop()));
        } catch (IOException e) {
            LOG.warn("packets for {} go through user space", Addresses.text(peer.high(), peer.low()), e);
            return Optional.empty();
        }
    }

    /** @param then run by the thread of the packets when the first one is about to leave by a device */
    void onFirstUse(Runnable then) {
        onFirstUse = then;
    }

    /** Whether packets have left by a device. Any thread. */
    boolean isUsed(int device) {
        return used.contains(device);
    }

    @Override
    public void close() {
        routes.close();
    }
}
