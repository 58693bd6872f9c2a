package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InMemoryRegistryTest extends RegistryContract {
    private final InMemoryRegistry registry = new InMemoryRegistry();

    @Override
    SchemaRegistry registry() {
        return registry;
    }

    @Test
    void aScopeIsSharedByAllWhoNameItAndByNobodyElse() {
        int id = InMemoryRegistry.scope("shared").register("s", ONE, false);
        assertThat(InMemoryRegistry.scope("shared").byId(id)).isEqualTo(ONE);
        assertCode(() -> InMemoryRegistry.scope("other").byId(id), RegistryException.NO_SUCH_SCHEMA);
    }

    @Test
    void transitiveLooksBeyondTheLast() {
        // a → a,b=7 → b without default: reads the last, and not the first.
        var last = org.apache.avro.SchemaBuilder.record("t.R")
                .fields()
                .requiredInt("b")
                .endRecord();
        registry.register("s", ONE, false);
        registry.register("s", WITH_DEFAULT, false);
        assertThat(registry.objections("s", last)).isEmpty();
        registry.setCompatibility("s", Compatibility.BACKWARD_TRANSITIVE);
        assertThat(registry.objections("s", last)).isNotEmpty();
    }
}
