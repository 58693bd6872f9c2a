package io.xylem.proxy.domain;

/** Who sends to whom. Addresses are as in {@link Addresses}, of one family; without ports there are zeros. */
public interface FiveTuple {
    long sourceHigh();

    long sourceLow();

    long destinationHigh();

    long destinationLow();

    int sourcePort();

    int destinationPort();

    /** IANA's protocol number. */
    int protocol();
}
