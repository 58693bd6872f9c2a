package io.xylem.schemas;

import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/** Confluent's three ways to name the subject of a schema, by the names of Confluent's classes. */
enum SubjectNames {
    TOPIC("io.confluent.kafka.serializers.subject.TopicNameStrategy") {
        @Override
        String subject(String topic, boolean isKey, Schema schema) {
            return topic + (isKey ? "-key" : "-value");
        }
    },
    RECORD("io.confluent.kafka.serializers.subject.RecordNameStrategy") {
        @Override
        String subject(String topic, boolean isKey, Schema schema) {
            return schema.getFullName();
        }
    },
    TOPIC_RECORD("io.confluent.kafka.serializers.subject.TopicRecordNameStrategy") {
        @Override
        String subject(String topic, boolean isKey, Schema schema) {
            return topic + "-" + schema.getFullName();
        }
    };

    private final String strategyClass;

    SubjectNames(String strategyClass) {
        this.strategyClass = strategyClass;
    }

    String strategyClass() {
        return strategyClass;
    }

    abstract String subject(String topic, boolean isKey, Schema schema);

    /** @throws ConfigException naming the three that there are */
    static SubjectNames ofClass(String setting, String strategyClass) {
        return Arrays.stream(values())
                .filter(strategy -> strategy.strategyClass.equals(strategyClass))
                .findFirst()
                .orElseThrow(() -> new ConfigException(
                        setting,
                        strategyClass,
                        "one of "
                                + Arrays.stream(values())
                                        .map(SubjectNames::strategyClass)
                                        .toList()));
    }
}
