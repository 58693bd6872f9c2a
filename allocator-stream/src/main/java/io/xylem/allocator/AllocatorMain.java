package io.xylem.allocator;

import io.xylem.allocator.stream.AllocatorService;
import io.xylem.allocator.stream.StreamsSettings;
import io.xylem.runtime.Main;

/** The allocator as a process. */
public final class AllocatorMain {
    private AllocatorMain() {}

    public static void main(String[] args) {
        Main.run("xylem-allocator", StreamsSettings.definition(), args, AllocatorService::start);
    }
}
