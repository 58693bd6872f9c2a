package io.xylem.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description = {
            "Sends the bytes of the named dead letters again, with their key, to the topic and partition where they were:"
                    + " for when what hindered the reading is repaired, e.g. a schema that the registry lacked.",
            "Each carries the header " + DeadLetter.REPLAYED_FROM + " with the letter's id. What still can't be read is"
                    + " a new dead letter, which `xylem dead-letters list` shows with that id. The old letter stays."
        },
        mixinStandardHelpOptions = true)
final class DeadLettersReplayCommand extends BaseCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "ID",
            description = "PARTITION:OFFSET, as `xylem dead-letters list` shows.")
    private List<String> ids = List.of();

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException, ExecutionException, InterruptedException {
        List<DeadLetter> letters = DeadLettersCommand.read(connection.client("consumer."), ids);
        // Before the first is sent: all of them can be, or none is.
        List<ProducerRecord<byte[], byte[]>> records =
                letters.stream().map(DeadLetter::again).toList();
        Map<String, Object> settings = new HashMap<>(connection.client("producer."));
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records.size(); i++) {
                print(letters.get(i).id(), producer.send(records.get(i)).get());
            }
        }
        return 0;
    }

    private void print(String id, RecordMetadata sent) {
        if (output.isJson()) {
            out().println(JsonNodeFactory.instance
                    .objectNode()
                    .put("id", id)
                    .put("topic", sent.topic())
                    .put("partition", sent.partition())
                    .put("offset", sent.offset()));
        } else {
            out().println(id + " is " + new DeadLetter.Origin(sent.topic(), sent.partition(), sent.offset()) + " now");
        }
        out().flush();
    }
}
