package io.xylem.proxy.domain;

import io.xylem.model.InstanceName;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ObjIntConsumer;

/**
 * How many flows instances have, as their workers counted them, on the way from the feed to the packets' thread. Of two
 * numbers of one instance the later counts.
 */
public final class Reported {
    private final Map<InstanceName, Integer> news = new HashMap<>();
    private volatile boolean any;

    /** The feed's thread. */
    public synchronized void put(InstanceName instance, int flows) {
        news.put(instance, flows);
        any = true;
    }

    /** The packets' thread, every turn: one read when nothing is new. */
    public void drain(ObjIntConsumer<InstanceName> to) {
        if (!any) {
            return;
        }
        Map<InstanceName, Integer> taken;
        synchronized (this) {
            taken = Map.copyOf(news);
            news.clear();
            any = false;
        }
        taken.forEach(to::accept);
    }
}
