package io.xylem.proxy.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which flows each instance has, by slots of a {@link FlowTable}: counted as they come and go, and listed, so that those
 * of an instance that is gone are found without looking at the others. One thread changes it; any may ask what
 * {@link FlowCounts} promises.
 *
 * <p>A flow is active from its first packet until it is closing, is forgotten, or its remote end is gone.
 */
final class FlowCensus implements FlowCounts {
    static final int NONE = RecencyList.NONE;

    /** Told of active flows that an instance of this worker opened. */
    interface Listener {
        void opened(InstanceName remote);

        void closed(InstanceName remote);
    }

    /** An instance that has flows here. */
    private static final class End {
        final InstanceName instance;
        final RecencyList flows;
        /** Active ones that came in to it. One thread adds, any reads. */
        final AtomicInteger accepted = new AtomicInteger();

        End(InstanceName instance, int[] newer, int[] older) {
            this.instance = instance;
            flows = new RecencyList(newer, older);
        }
    }

    /** The flows of the instances on one side, each in the list of its instance. */
    private static final class Side {
        final Map<InstanceName, End> ends = new ConcurrentHashMap<>();
        final @Nullable End[] of;
        final int[] newer;
        final int[] older;

        Side(int capacity) {
            of = new End[capacity];
            newer = new int[capacity];
            older = new int[capacity];
        }

        End add(int slot, InstanceName instance) {
            End end = ends.get(instance);
            if (end == null) {
                end = new End(instance, newer, older);
                ends.put(instance, end);
            }
            end.flows.add(slot);
            of[slot] = end;
            return end;
        }

        void remove(int slot) {
            End end = of[slot];
            if (end != null) {
                end.flows.remove(slot);
                of[slot] = null;
                if (end.flows.oldest() == NONE) {
                    ends.remove(end.instance);
                }
            }
        }

        int first(InstanceName instance) {
            End end = ends.get(instance);
            return end == null ? NONE : end.flows.oldest();
        }
    }

    private static final byte OPENED = 1;
    private static final byte ACTIVE = 2;

    private final Side own;
    private final Side remote;
    private final byte[] marks;
    private @Nullable Listener listener;

    FlowCensus(int capacity) {
        own = new Side(capacity);
        remote = new Side(capacity);
        marks = new byte[capacity];
    }

    void tell(Listener of) {
        listener = of;
    }

    /** @param openedHere whether the own end sent the first packet */
    void add(int slot, InstanceName ownInstance, InstanceName remoteInstance, boolean openedHere) {
        own.add(slot, ownInstance);
        remote.add(slot, remoteInstance);
        marks[slot] = openedHere ? OPENED : 0;
        setActive(slot, true);
    }

    void remove(int slot) {
        setActive(slot, false);
        own.remove(slot);
        remote.remove(slot);
    }

    /** The flow is closing. */
    void finish(int slot) {
        setActive(slot, false);
    }

    /** The remote end is gone; the flow stays known for those who still send. */
    void part(int slot) {
        setActive(slot, false);
        remote.remove(slot);
    }

    boolean isOpenedHere(int slot) {
        return (marks[slot] & OPENED) != 0;
    }

    boolean isParted(int slot) {
        return remote.of[slot] == null;
    }

    /** The remote end is there again. */
    void rejoin(int slot, InstanceName remoteInstance, boolean active) {
        remote.add(slot, remoteInstance);
        setActive(slot, active);
    }

    /** @return a flow of which this instance is the own end, or {@link #NONE} */
    int anyOfOwn(InstanceName instance) {
        return own.first(instance);
    }

    /** @return a flow of which this instance is the remote end, or {@link #NONE} */
    int anyOfRemote(InstanceName instance) {
        return remote.first(instance);
    }

    /** The flows of which this instance is the remote end. */
    int[] allOfRemote(InstanceName instance) {
        End end = remote.ends.get(instance);
        return end == null ? new int[0] : end.flows.all().toArray();
    }

    void forEachOwn(Consumer<InstanceName> action) {
        own.ends.keySet().forEach(action);
    }

    @Override
    public Map<InstanceName, Integer> hosted() {
        Map<InstanceName, Integer> flows = new TreeMap<>();
        own.ends.forEach((instance, end) -> {
            int accepted = end.accepted.get();
            if (accepted > 0) {
                flows.put(instance, accepted);
            }
        });
        return flows;
    }

    @Override
    public boolean any(ServiceName service) {
        return remote.ends.keySet().stream()
                .anyMatch(instance -> instance.service().equals(service));
    }

    private void setActive(int slot, boolean active) {
        boolean was = (marks[slot] & ACTIVE) != 0;
        if (was == active) {
            return;
        }
        marks[slot] ^= ACTIVE;
        boolean opened = (marks[slot] & OPENED) != 0;
        End ownEnd = own.of[slot];
        End remoteEnd = remote.of[slot];
        if (!opened && ownEnd != null) {
            ownEnd.accepted.setRelease(ownEnd.accepted.getPlain() + (active ? 1 : -1));
        }
        if (opened && listener != null && remoteEnd != null) {
            if (active) {
                listener.opened(remoteEnd.instance);
            } else {
                listener.closed(remoteEnd.instance);
            }
        }
    }
}
