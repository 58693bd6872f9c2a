package io.xylem.proxy.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A fast path without a kernel: a test says what it saw. */
public final class MemoryFastPath implements FastPath {
    /** What is carried, by slot, and how it was used. */
    public final TreeMap<Integer, Flow> carried = new TreeMap<>();

    public final TreeMap<Integer, Use> uses = new TreeMap<>();
    /** What the process before left. */
    public List<Left> left = new ArrayList<>();

    public boolean isForgotten;

    /** Flows that it does not take, nor would carry any longer. */
    public boolean refuses;

    @Override
    public boolean wants(int slot) {
        return !refuses && !carries(slot);
    }

    @Override
    public boolean carries(int slot) {
        return carried.containsKey(slot);
    }

    @Override
    public void carry(Flow flow) {
        carried.put(flow.slot(), flow);
        uses.put(flow.slot(), new Use());
    }

    @Override
    public void carry(Flow sender, Flow receiver) {
        carry(sender);
        carry(receiver);
    }

    @Override
    public boolean isCurrent(int slot, Attachment own, Target remote) {
        Flow flow = carried.get(slot);
        return !refuses && flow != null && flow.remote().peer().equals(remote.peer());
    }

    @Override
    public void release(int slot) {
        carried.remove(slot);
        uses.remove(slot);
    }

    @Override
    public void forget(int slot) {
        release(slot);
    }

    @Override
    public void hold(Flow flow) {}

    @Override
    public Doors doors() {
        return Doors.NONE;
    }

    @Override
    public boolean read(int slot, Use into) {
        Use use = uses.get(slot);
        if (use == null || !(use.outbound || use.inbound)) {
            return false;
        }
        into.lastNs = use.lastNs;
        into.outbound = use.outbound;
        into.inbound = use.inbound;
        into.outboundFlags = use.outboundFlags;
        into.inboundFlags = use.inboundFlags;
        into.acknowledged = use.acknowledged;
        into.sent = use.sent;
        return true;
    }

    @Override
    public int nextCarried(int slot) {
        Integer next = carried.ceilingKey(slot);
        return next == null ? NO_FLOW : next;
    }

    @Override
    public List<Left> left(Attachments attachments) {
        return left;
    }

    @Override
    public void forgetOthers() {
        isForgotten = true;
    }

    @Override
    public void count(Counters into) {}
}
