package io.xylem.proxy.domain;

import java.util.List;

/**
 * Moves the packets of flows that were decided about, without asking again: the same translation, made ready. What it
 * doesn't carry takes the usual way, and so does the first segment of every connection. For the thread of the packets.
 */
public interface FastPath {
    /** There is none. */
    FastPath NONE = new NoFastPath();

    int NO_FLOW = -1;

    /**
     * A flow of the table, by its slot there; addresses as in {@link Addresses}, the own one a namespace IP.
     *
     * @param wirePort the own end's port in the tunnel
     * @param openedHere whether the own end sent the first packet
     */
    record Flow(
            int slot,
            int protocol,
            long ownHigh,
            long ownLow,
            int ownPort,
            long dialledHigh,
            long dialledLow,
            int remotePort,
            int wirePort,
            boolean openedHere,
            Attachment own,
            Target remote) {
        boolean v4() {
            return Addresses.isV4(ownHigh, ownLow);
        }

        public long ownInstanceHigh() {
            return Addresses.high(own.instanceIp(), v4());
        }

        public long ownInstanceLow() {
            return Addresses.low(own.instanceIp(), v4());
        }

        public long remoteInstanceHigh() {
            return Addresses.high(remote.route().instanceIp(), v4());
        }

        public long remoteInstanceLow() {
            return Addresses.low(remote.route().instanceIp(), v4());
        }

        public long remoteHigh() {
            return Addresses.high(remote.route().namespaceIp(), v4());
        }

        public long remoteLow() {
            return Addresses.low(remote.route().namespaceIp(), v4());
        }
    }

    /** A flow that an earlier process gave it; the addresses are those of {@link Flow}. */
    record Left(
            int protocol,
            long ownHigh,
            long ownLow,
            int ownPort,
            long dialledHigh,
            long dialledLow,
            int remotePort,
            long remoteInstanceHigh,
            long remoteInstanceLow,
            int wirePort,
            boolean openedHere,
            Use use) {}

    /** How a flow was used since it is carried. One object for many flows. */
    final class Use {
        /** On the clock of the turns. */
        public long lastNs;

        public boolean outbound;
        public boolean inbound;
        /** TCP: all flags that were seen, as they stand in the header. */
        public int outboundFlags;

        public int inboundFlags;
        /** TCP: what the own end acknowledged last, and the number after the last octet that it sent. */
        public int acknowledged;

        public int sent;
    }

    /** Whether it might carry this flow and does not; soon after a refusal it says no. */
    boolean wants(int slot);

    boolean carries(int slot);

    /** Carries a flow with another worker from now on, both directions, if it can. */
    void carry(Flow flow);

    /** The same for a flow between two instances of this worker, which is two of the table. */
    void carry(Flow sender, Flow receiver);

    /** Whether the flow would be carried as it is if it began now; asked when its ends may have changed, and now and then. */
    boolean isCurrent(int slot, Attachment own, Target remote);

    /** Carries it no longer, nor the one at the other end. */
    void release(int slot);

    /** The same of a flow that is in the table no longer. */
    void forget(int slot);

    /** Its packets are to take the usual way: also where a door is open, they do not begin a flow. */
    void hold(Flow flow);

    /** Through which it opens flows by itself. */
    Doors doors();

    /** @return whether it was used since it is carried */
    boolean read(int slot, Use into);

    /** @return the first carried flow of this slot or a later one; {@link #NO_FLOW} if there is none */
    int nextCarried(int slot);

    /**
     * What an earlier process left, once at the beginning. Those flows are carried on; {@link #forgetOthers} ends those that
     * were not entered again.
     *
     * @param attachments the instances of this worker
     */
    List<Left> left(Attachments attachments);

    /** Ends what an earlier process left and nobody entered again. */
    void forgetOthers();

    /** Adds what was moved since the last time; now and then. */
    void count(Counters into);
}
