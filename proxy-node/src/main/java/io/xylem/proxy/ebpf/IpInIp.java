package io.xylem.proxy.ebpf;

import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.ProbeFrame;
import io.xylem.proxy.linux.BpfMap;
import io.xylem.proxy.linux.RawIp;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Asks peers whether IP in IP comes to them, for each inner family, as a way may let one pass and not the other. The
 * programs of the peer answer, the own ones note it in the map, and go by it. Who is not entered here is neither
 * answered nor understood. One thread.
 *
 * <pre>
 *  key:   peer 0 | protocol 16
 *  value: nonce 0, what an answer has to repeat | answered 8, CLOCK_MONOTONIC, 0: never
 * </pre>
 */
final class IpInIp implements Underlay.Peers {
    /** IP in IP has no ports, so there is one tunnel with it at an address: the one with the usual port. */
    static final int TUNNEL_PORT = 50_103;

    private static final int[] PROTOCOLS = {4, 41};
    /** What a peer that was spoken to sends late is understood for so long. */
    private static final long KEPT_NS = 60_000_000_000L;

    private static final int PROTOCOL_AT = 16;
    private static final int ANSWERED_AT = 8;

    private final BpfMap map;
    private final RawIp socket;
    private final LongSupplier clockNs;
    private final SecureRandom random = new SecureRandom();
    private final ByteBuffer question = ByteBuffer.allocate(ProbeFrame.BYTES);
    /** When each was asked; the one asked longest ago is first. */
    private final Map<Ipv6, Long> asked = new LinkedHashMap<>(16, 0.75f, true);

    /** @param map what an earlier process left there is kept */
    IpInIp(BpfMap map, RawIp socket, LongSupplier clockNs) {
        this.map = map;
        this.socket = socket;
        this.clockNs = clockNs;
        long nowNs = clockNs.getAsLong();
        map.forEach((key, _) -> asked.put(peer(key), nowNs));
    }

    /** Nobody takes it any more, and nobody is answered. */
    static void forgetAll(BpfMap map) {
        map.forEach((key, _) -> {
            map.key().put(0, key, 0, key.limit());
            map.remove();
        });
    }

    @Override
    public void use(Ipv6 peer, Ipv6 self) {
        for (int protocol : PROTOCOLS) {
            key(peer, protocol);
            if (map.get() || enter()) {
                ProbeFrame.writeQuestion(Long.reverseBytes(map.value().getLong(0)), question, 0);
                socket.send(self, peer, protocol, question.array());
            }
        }
        long nowNs = clockNs.getAsLong();
        asked.put(peer, nowNs);
        forgetUnused(nowNs);
    }

    /** @return false when there is no room */
    private boolean enter() {
        map.value().putLong(0, random.nextLong()).putLong(ANSWERED_AT, 0);
        return map.put();
    }

    private void forgetUnused(long nowNs) {
        Iterator<Map.Entry<Ipv6, Long>> each = asked.entrySet().iterator();
        for (Map.Entry<Ipv6, Long> one = each.next(); nowNs - one.getValue() > KEPT_NS; one = each.next()) {
            for (int protocol : PROTOCOLS) {
                key(one.getKey(), protocol);
                map.remove();
            }
            each.remove();
        }
    }

    private void key(Ipv6 peer, int protocol) {
        FlowEntry.address(map.key(), 0, peer.high(), peer.low());
        map.key().putInt(PROTOCOL_AT, protocol);
    }

    private static Ipv6 peer(ByteBuffer key) {
        return new Ipv6(FlowEntry.sourceHigh(key), FlowEntry.sourceLow(key));
    }
}
