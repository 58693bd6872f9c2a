package io.xylem.acceptance;

import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;

/** Prints the address of the allocator that decides for the realm; nothing while none does. */
final class ActiveAllocator {
    private static final String GROUP = "xylem-allocator-v1";
    private static final String REALM = "main";

    private ActiveAllocator() {}

    public static void main(String[] args) throws Exception {
        String topic = Topics.DEPLOYMENT_EVENTS.name();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", Load.setting("XYLEM_BOOTSTRAP_SERVERS")))) {
            int partitions = admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                    .mapToInt(description -> description.partitions().size())
                    .sum();
            var realm = new TopicPartition(topic, RealmPartitioner.partition(REALM, partitions));
            admin.describeConsumerGroups(List.of(GROUP)).all().get().values().stream()
                    .flatMap(group -> group.members().stream())
                    .filter(member -> member.assignment().topicPartitions().contains(realm))
                    .map(MemberDescription::host)
                    .forEach(host -> System.out.println(host.replace("/", "")));
        }
    }
}
