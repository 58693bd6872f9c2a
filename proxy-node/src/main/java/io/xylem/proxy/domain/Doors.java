package io.xylem.proxy.domain;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Through which a fast path opens flows by itself: a door is for one sender and the address that it dials, or for one
 * instance elsewhere and one here. Behind it is one instance, or a desk with choices that a policy made ahead. What came of
 * it is entered in the table afterwards ({@link DoorKeeper}). For the thread of the packets.
 */
public interface Doors {
    /** There are none. */
    Doors NONE = new NoDoors();

    /** Choices in the order in which they are to be used, each for one flow. */
    interface Desk {
        /** How many more there may be. */
        int room();

        /** How many nobody has taken. */
        int left();

        void add(Target chosen);

        /** The next one, if the fast path has not taken it. */
        @Nullable
        Target take();

        /** The next one; it stays. */
        @Nullable
        Target peek();

        /** Those that were taken since the last call, by whomever. */
        void forEachTaken(Consumer<Target> action);
    }

    /** To shut it again. */
    interface Door {}

    /**
     * What came of a slot that was given.
     *
     * @param flow null when it was not used
     * @param remote the other end as it was when the flow was opened; null: as it is
     * @param hasPartner whether the next slot has the other end of this flow
     */
    record Opened(
            int slot,
            FastPath.@Nullable Left flow,
            @Nullable Target remote,
            boolean hasPartner) {}

    /** How many more slots of the table it could use. */
    int slotsWanted();

    /** It may enter a flow there. */
    void give(int slot);

    /** What came of the slots, in their order; null when nothing came since. */
    @Nullable
    Opened next();

    /** The flow is in the table, and is carried from now on. */
    void keep(FastPath.Flow flow);

    /** The same of two on this worker. */
    void keep(FastPath.Flow sender, FastPath.Flow receiver);

    /** The flow is not in the table; its next packet takes the usual way. */
    void undo(Opened opened);

    /** @return null when there is no room, before {@link #shutAll} */
    @Nullable
    Desk newDesk();

    /** @return null when it can't be */
    @Nullable
    Door open(Attachment own, long dialledHigh, long dialledLow, Desk to);

    @Nullable
    Door open(Attachment own, long dialledHigh, long dialledLow, Target to);

    /** For flows from an instance of another worker; addresses as they come from the tunnel. */
    @Nullable
    Door accept(Attachment own, long sourceHigh, long sourceLow, Target from);

    void shut(Door door);

    /** Takes all doors and desks away. */
    void shutAll();

    /** Whether the interface of the instance that it is of is the one for which it was opened. */
    boolean isCurrent(Door door, Attachment own);

    /** Whether the ways to what is behind the doors are what they were when these were opened. */
    boolean areCurrent();
}
