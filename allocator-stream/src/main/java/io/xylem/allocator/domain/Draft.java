package io.xylem.allocator.domain;

import java.util.ArrayList;
import java.util.List;

/**
 * A decision in the making: its facts so far, which the state has already, and the way back if it ends in a refusal. A
 * decision that allocates twice from one pool so sees its own first allocation.
 */
final class Draft implements RealmStore {
    private final RealmStore base;
    private final AddressPlan plan;
    private final List<Fact> facts = new ArrayList<>();

    Draft(RealmStore base) {
        this.base = base;
        this.plan = base.plan();
        base.begin();
    }

    void add(Fact fact) {
        Applier.apply(this, fact);
        facts.add(fact);
    }

    List<Fact> facts() {
        return facts;
    }

    @Override
    public String realm() {
        return base.realm();
    }

    @Override
    public AddressPlan plan() {
        return plan;
    }

    @Override
    public <V> WriteTable<V> table(Tables.Table<V> table) {
        return base.table(table);
    }

    @Override
    public void begin() {
        base.begin();
        facts.clear();
    }

    /** The state is again as it was before the first fact. */
    @Override
    public void undo() {
        base.undo();
        facts.clear();
    }
}
