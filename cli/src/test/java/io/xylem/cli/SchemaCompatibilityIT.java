package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.schemas.RegistryException;
import io.xylem.schemas.SchemaAdmin;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Route;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** The real registry accepts a schema that old readers and records can bear, and refuses another. */
class SchemaCompatibilityIT {
    @Test
    void aFieldWithADefaultIsAcceptedAndOneWithoutIsRefused() throws Exception {
        var admin = new SchemaAdmin(SharedCluster.clients());
        Schema route = Route.getClassSchema();
        Schema text = Schema.create(Schema.Type.STRING);
        Schema compatible = with(route, new Schema.Field("note", text, null, ""));
        Schema incompatible = with(route, new Schema.Field("mandatory", text, null, (Object) null));

        assertThat(admin.objections(Topics.ROUTES, compatible)).isEmpty();
        assertThat(admin.objections(Topics.ROUTES, incompatible)).isNotEmpty();
        int evolved = admin.evolve(Topics.ROUTES, compatible);
        assertThat(evolved).isPositive();
        assertThatThrownBy(() -> admin.evolve(Topics.ROUTES, incompatible))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        refused -> assertThat(refused.errorCode()).isEqualTo(RegistryException.INCOMPATIBLE));
        // What is registered still is: evolving takes nothing away from those who run.
        assertThat(admin.diff()).isEmpty();
        assertThat(admin.evolve(Topics.ROUTES, compatible)).isEqualTo(evolved);
    }

    @Test
    void aSchemaThatHasLostAFieldIsRefusedWhereOldReadersNeedIt() throws Exception {
        var admin = new SchemaAdmin(SharedCluster.clients());
        Schema route = Route.getClassSchema();
        List<Schema.Field> kept = new ArrayList<>();
        for (Schema.Field field : route.getFields()) {
            if (!field.name().equals("version")) {
                kept.add(new Schema.Field(field, field.schema()));
            }
        }
        Schema shrunk = Schema.createRecord(route.getName(), route.getDoc(), route.getNamespace(), false, kept);
        assertThat(admin.objections(Topics.ROUTES, shrunk)).isNotEmpty();
        assertThatThrownBy(() -> admin.evolve(Topics.ROUTES, shrunk)).isInstanceOf(RegistryException.class);
    }

    private static Schema with(Schema record, Schema.Field added) {
        List<Schema.Field> fields = new ArrayList<>();
        record.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(added);
        return Schema.createRecord(record.getName(), record.getDoc(), record.getNamespace(), false, fields);
    }
}
