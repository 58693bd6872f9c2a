package io.xylem.cli.cluster;

/** Hears how a long step goes on. Called from several threads. */
@FunctionalInterface
public interface Progress {
    Progress SILENT = (step, detail) -> {};

    /** A step is done. */
    void done(String step, String detail);
}
