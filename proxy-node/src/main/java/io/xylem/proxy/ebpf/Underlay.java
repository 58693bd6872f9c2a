package io.xylem.proxy.ebpf;

import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.linux.NamespaceInterfaces;
import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.RouteQuery;
import io.xylem.proxy.linux.WorkerNetwork;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By which way the underlay is left for each peer. The kernel is asked once a while; a peer whose packets would not fit
 * into the device's, or that has no IPv4 address, has none. One thread.
 */
final class Underlay implements KernelFlows.Ways, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Underlay.class);
    private static final int OUTER_BYTES = 20 + 8;

    private final RouteQuery routes;
    private final NamespaceInterfaces interfaces;
    /** The tunnel's own address; empty: the one that the kernel would take. */
    private final OptionalInt source;

    private final IntPredicate isOurs;
    private final Map<Integer, Optional<RouteQuery.Way>> ways = new HashMap<>();

    /** @param isOurs whether packets that come in by a device are looked at */
    Underlay(NetworkNamespace worker, NamespaceInterfaces interfaces, OptionalInt source, IntPredicate isOurs)
            throws IOException {
        routes = RouteQuery.open(worker);
        this.interfaces = interfaces;
        this.source = source;
        this.isOurs = isOurs;
    }

    @Override
    public RouteQuery.@Nullable Way to(long peerHigh, long peerLow) {
        if (!Addresses.isV4(peerHigh, peerLow)) {
            return null;
        }
        return ways.computeIfAbsent((int) peerLow, this::ask).orElse(null);
    }

    @Override
    public void forget() {
        ways.clear();
    }

    private Optional<RouteQuery.Way> ask(int peer) {
        try {
            RouteQuery.Way way = routes.to(peer);
            if (way == null
                    || !isOurs.test(way.device())
                    || interfaces.mtuBytes(way.device()) < WorkerNetwork.MTU_BYTES + OUTER_BYTES) {
                return Optional.empty();
            }
            return Optional.of(new RouteQuery.Way(way.device(), source.orElse(way.source()), way.nextHop()));
        } catch (IOException e) {
            LOG.warn("packets for {} go through user space", Addresses.text(0, Addresses.mapped(peer)), e);
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        routes.close();
    }
}
