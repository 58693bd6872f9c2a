package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CatalogueTest {
    static List<Topic<?>> topics() {
        return Topics.all();
    }

    @ParameterizedTest
    @MethodSource("topics")
    void aTopicIsNamedByProductAndKind(Topic<?> topic) {
        assertThat(topic.name()).matches("xylem\\.[a-z]+(-[a-z]+)*");
        assertThat(topic.why()).isNotBlank();
        assertThat(topic.valueSchema().isPresent())
                .isEqualTo(topic.compatibility().isPresent());
    }

    @Test
    void theLogOfEventsIsKeptForEverOnTheBrokersClock() {
        assertThat(Topics.DEPLOYMENT_EVENTS.configs())
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("retention.ms", "-1")
                .containsEntry("retention.bytes", "-1")
                .containsEntry("message.timestamp.type", "LogAppendTime");
    }

    @Test
    void theReadmeAndTheCatalogueAgree() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("README.md")).stream()
                .filter(line -> line.startsWith("| `xylem."))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        Topics.all().stream().map(CatalogueTest::row).toList());
    }

    private static String row(Topic<?> topic) {
        String value = topic.valueSchema().isPresent() ? topic.valueType().getSimpleName() : "bytes";
        String clock =
                topic.configs().getOrDefault("message.timestamp.type", "").equals("LogAppendTime")
                        ? "broker"
                        : "writer";
        return Stream.of(
                        "`" + topic.name() + "`",
                        topic.key(),
                        value,
                        TopicAdmin.Layout.DEVELOPMENT.partitions(topic) + " / "
                                + TopicAdmin.Layout.PRODUCTION.partitions(topic),
                        topic.cleanup().setting(),
                        topic.retention()
                                .map(Duration::toDays)
                                .map(days -> days + " d")
                                .orElse("for ever"),
                        clock,
                        topic.compatibility().map(Enum::name).orElse("—"),
                        topic.why())
                .collect(java.util.stream.Collectors.joining(" | ", "| ", " |"));
    }
}
