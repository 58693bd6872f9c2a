package io.xylem.bench;

import io.xylem.allocator.AllocatorMain;

/**
 * The allocator with a registry inside of its process. Each process gives the schemas the same ids, because it registers
 * the catalogue first.
 */
final class AllocatorProcess {
    private AllocatorProcess() {}

    public static void main(String[] args) {
        Log.register();
        AllocatorMain.main(args);
    }
}
