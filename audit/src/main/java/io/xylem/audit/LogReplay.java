package io.xylem.audit;

import java.util.Iterator;

/** Derives every answer of one partition's log from its decoded events, and compares nothing: the checker's bare cost. */
public final class LogReplay {
    private final World world;
    private long events;
    private long refused;

    public LogReplay(PlanSettings settings, int partitions) {
        world = new World(settings, partitions);
    }

    /** @param log the events of one partition in their order */
    public void replay(Iterator<LoggedEvent> log) {
        while (log.hasNext()) {
            LoggedEvent logged = log.next();
            if (logged.event() != null) {
                World.Step step = world.handle(logged, logged.event());
                events++;
                if (!step.answer().isAccepted()) {
                    refused++;
                }
            }
        }
    }

    public long events() {
        return events;
    }

    public long refused() {
        return refused;
    }
}
