package io.xylem.proxy.control;

import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Route;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a worker's routes come from: one partition of one topic, in which others may have records too. */
public record FeedSource(Kind kind, String realm, String worker) {
    public enum Kind {
        /** The worker's own instances and what it asks for. */
        INTEREST,
        /** All routes of the realm. */
        BROADCAST;

        public Topic<Route> topic() {
            return switch (this) {
                case INTEREST -> Topics.WORKER_ROUTES;
                case BROADCAST -> Topics.ROUTES;
            };
        }

        /** In settings, heartbeats and on disk. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Kind of(String text) {
            return Arrays.stream(values())
                    .filter(kind -> kind.text().equals(text))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("'" + text + "' is no route feed: interest or broadcast"));
        }
    }

    String topic() {
        return kind.topic().name();
    }

    int partition(int partitions) {
        return switch (kind) {
            case INTEREST -> RealmPartitioner.partition(realm, worker, partitions);
            case BROADCAST -> RealmPartitioner.partition(realm, partitions);
        };
    }

    /** @return the key as {@code realm|kind|name}, or null when the record is not for this worker */
    @Nullable
    String key(@Nullable String recordKey) {
        if (recordKey == null) {
            return null;
        }
        return switch (kind) {
            case BROADCAST -> Keys.realmOf(recordKey).equals(realm) ? recordKey : null;
            case INTEREST -> {
                String prefix = Keys.fedPrefix(realm, worker);
                yield recordKey.startsWith(prefix) ? realm + '|' + recordKey.substring(prefix.length()) : null;
            }
        };
    }
}
