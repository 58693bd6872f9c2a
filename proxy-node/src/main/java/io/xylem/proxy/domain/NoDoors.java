package io.xylem.proxy.domain;

import org.jspecify.annotations.Nullable;

/** Every flow is opened the usual way. */
final class NoDoors implements Doors {
    @Override
    public int slotsWanted() {
        return 0;
    }

    @Override
    public void give(int slot) {
        throw new IllegalStateException("no slot is wanted");
    }

    @Override
    public @Nullable Opened next() {
        return null;
    }

    @Override
    public void keep(FastPath.Flow flow) {}

    @Override
    public void keep(FastPath.Flow sender, FastPath.Flow receiver) {}

    @Override
    public void undo(Opened opened) {}

    @Override
    public @Nullable Desk newDesk() {
        return null;
    }

    @Override
    public @Nullable Door open(Attachment own, long dialledHigh, long dialledLow, Desk to) {
        return null;
    }

    @Override
    public @Nullable Door open(Attachment own, long dialledHigh, long dialledLow, Target to) {
        return null;
    }

    @Override
    public @Nullable Door accept(Attachment own, long sourceHigh, long sourceLow, Target from) {
        return null;
    }

    @Override
    public void shut(Door door) {}

    @Override
    public void shutAll() {}

    @Override
    public boolean isCurrent(Door door, Attachment own) {
        return true;
    }

    @Override
    public boolean areCurrent() {
        return true;
    }
}
