package io.xylem.proxy.domain;

/** From where a datagram of the tunnel came; addresses as in {@link Addresses}. Set again for each, so that none is allocated. */
public final class TunnelPeer {
    private long high;
    private long low;
    private int port;

    public TunnelPeer set(long addressHigh, long addressLow, int udpPort) {
        high = addressHigh;
        low = addressLow;
        port = udpPort;
        return this;
    }

    TunnelPeer copy() {
        return new TunnelPeer().set(high, low, port);
    }

    /** Whether this is the worker that hosts the instance. It may send from any port, to spread over the underlay's queues. */
    boolean hosts(Target instance) {
        return instance.peerLow() == low && instance.peerHigh() == high;
    }

    public long high() {
        return high;
    }

    public long low() {
        return low;
    }

    public int port() {
        return port;
    }
}
