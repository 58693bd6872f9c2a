package io.xylem.proxy.domain;

import java.util.List;

/** Carries nothing. */
final class NoFastPath implements FastPath {
    @Override
    public boolean wants(int slot) {
        return false;
    }

    @Override
    public boolean carries(int slot) {
        return false;
    }

    @Override
    public void carry(Flow flow) {}

    @Override
    public void carry(Flow sender, Flow receiver) {}

    @Override
    public boolean isCurrent(int slot, Attachment own, Target remote) {
        return true;
    }

    @Override
    public void release(int slot) {}

    @Override
    public void forget(int slot) {}

    @Override
    public void hold(Flow flow) {}

    @Override
    public Doors doors() {
        return Doors.NONE;
    }

    @Override
    public boolean read(int slot, Use into) {
        return false;
    }

    @Override
    public int nextCarried(int slot) {
        return NO_FLOW;
    }

    @Override
    public List<Left> left(Attachments attachments) {
        return List.of();
    }

    @Override
    public void forgetOthers() {}

    @Override
    public void count(Counters into) {}
}
