package io.xylem.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "version",
        description = "Prints the versions of Xylem, of its Kafka client, and of Java.",
        mixinStandardHelpOptions = true)
final class VersionCommand extends BaseCommand {
    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        var versions = JsonNodeFactory.instance
                .objectNode()
                .put("xylem", Version.text())
                .put("kafka", AppInfoParser.getVersion())
                .put("java", Runtime.version().toString());
        if (output.isJson()) {
            out().println(versions);
        } else {
            versions.properties()
                    .forEach(each ->
                            out().println(each.getKey() + " " + each.getValue().asText()));
        }
        return 0;
    }
}
