package io.xylem.allocator.domain;

import java.util.List;

/** The answer to one event. */
public sealed interface Decision {
    /** No facts: everything was so already. */
    record Accepted(List<Fact> facts, Details details) implements Decision {
        public Accepted {
            facts = List.copyOf(facts);
        }
    }

    record Rejected(Rejection rejection) implements Decision {}
}
