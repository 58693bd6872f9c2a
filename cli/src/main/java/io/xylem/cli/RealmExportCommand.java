package io.xylem.cli;

import io.xylem.schemas.RegistryFaults;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.json.EventJson;
import java.io.IOException;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Prints every event of a realm with its offset and its time, a line each: all that the realm's addresses"
                    + " follow from. `xylem realm import` reads it.",
            "Bytes that could not be read decided nothing and are left out."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  xylem realm export main --config auditor.properties | zstd > main.jsonl.zst")
final class RealmExportCommand extends BaseCommand {
    @Parameters(arity = "0..1", paramLabel = "REALM", description = "Default: main.")
    private String realm = "main";

    @Option(
            names = {"-A", "--all-realms"},
            description = "All realms, each in its order.")
    private boolean allRealms;

    @Mixin
    private Connection connection = new Connection();

    @Override
    public Integer call() throws IOException {
        Map<String, Object> client = connection.client("consumer.");
        long[] counts = new long[2];
        try (Serde<DeploymentEvent> serde = Topics.DEPLOYMENT_EVENTS.valueSerde(client)) {
            WholeTopic.read(Topics.DEPLOYMENT_EVENTS.name(), client, new StringDeserializer(), record -> {
                DeploymentEvent event = read(serde, record);
                if (event == null) {
                    counts[1]++;
                } else if (allRealms || event.getRealm().equals(realm)) {
                    counts[0]++;
                    out().println(new RealmLine(record.offset(), record.timestamp(), event).json());
                }
            });
        }
        out().flush();
        err().println(counts[0] + " events" + (counts[1] == 0 ? "" : "; " + counts[1] + " records could not be read"));
        return 0;
    }

    private static @Nullable DeploymentEvent read(Serde<DeploymentEvent> serde, ConsumerRecord<String, byte[]> record) {
        DeploymentEvent event;
        try {
            event = serde.deserializer().deserialize(record.topic(), record.headers(), record.value());
        } catch (RuntimeException e) {
            if (RegistryFaults.isNotOfTheRecord(e)) {
                throw e;
            }
            return null;
        }
        if (event != null && !RealmLine.read(EventJson.write(event)).equals(event)) {
            throw new CommandException("the event at " + record.topic() + "/" + record.partition() + "@"
                    + record.offset() + " can't be written as JSON without loss: " + event);
        }
        return event;
    }
}
