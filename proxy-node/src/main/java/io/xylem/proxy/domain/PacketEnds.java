package io.xylem.proxy.domain;

/** Between whom a packet goes, to be set again for each so that none is allocated. */
abstract class PacketEnds implements FiveTuple {
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int sourcePort;
    int destinationPort;
    int protocol;

    @Override
    public final long sourceHigh() {
        return sourceHigh;
    }

    @Override
    public final long sourceLow() {
        return sourceLow;
    }

    @Override
    public final long destinationHigh() {
        return destinationHigh;
    }

    @Override
    public final long destinationLow() {
        return destinationLow;
    }

    @Override
    public final int protocol() {
        return protocol;
    }

    @Override
    public final int sourcePort() {
        return sourcePort;
    }

    @Override
    public final int destinationPort() {
        return destinationPort;
    }
}
