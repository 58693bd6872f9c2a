package io.xylem.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.xylem.schemas.avro.WorkerStatus;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Proof that a status was written by the worker that it names. All workers write one topic, and Kafka's rights end at the
 * topic; so each worker has a key, and routing believes no status without the mark that only this key makes:
 *
 * <pre>
 *  master key ──HMAC(realm|worker)──► the worker's key ──HMAC(value)──► header xylem-seal
 *   routing only                       that worker only                  of each status
 * </pre>
 *
 * Whoever has one worker's key learns no other's. Routing needs no list of keys: the name says which it is. Several
 * master keys, the first for sealing, all for believing, let keys be changed while everything runs. Without keys nothing
 * is sealed or checked.
 */
public final class StatusSeal {
    /** Configuration key: this worker's own, in Base64. */
    public static final String KEY = "xylem.status.key";

    /** Configuration key: routing's master keys, in Base64, one or more behind commas. */
    public static final String MASTER_KEYS = "xylem.status.master.keys";

    static final String HEADER = "xylem-seal";

    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private StatusSeal() {}

    /** The key of one worker, for its {@link #KEY}. */
    public static String workerKey(String masterKey, String realm, String worker) {
        return Base64.getEncoder().encodeToString(workerKey(decode(MASTER_KEYS, masterKey), realm, worker));
    }

    /** The serde itself where no key is configured. */
    static Serde<WorkerStatus> on(Serde<WorkerStatus> plain, Map<String, ?> config) {
        List<byte[]> masters = keys(MASTER_KEYS, config);
        List<byte[]> own = keys(KEY, config);
        if (own.size() > 1 || (!own.isEmpty() && !masters.isEmpty())) {
            throw new ConfigException("a worker has one key, " + KEY + ", and routing the keys of all, " + MASTER_KEYS);
        }
        if (masters.isEmpty() && own.isEmpty()) {
            return plain;
        }
        byte[] first = masters.isEmpty() ? own.getFirst() : masters.getFirst();
        Serializer<WorkerStatus> sealing =
                new Sealing(plain.serializer(), status -> masters.isEmpty() ? first : workerKey(first, status));
        return Serdes.serdeFrom(
                sealing, masters.isEmpty() ? plain.deserializer() : new Checking(plain.deserializer(), masters));
    }

    @FunctionalInterface
    private interface KeyOf {
        byte[] of(WorkerStatus status);
    }

    private record Sealing(Serializer<WorkerStatus> plain, KeyOf key) implements Serializer<WorkerStatus> {
        @Override
        public byte @Nullable [] serialize(String topic, @Nullable WorkerStatus status) {
            throw new IllegalStateException("a status is sealed in a header, and there are none");
        }

        @Override
        public byte @Nullable [] serialize(String topic, Headers headers, @Nullable WorkerStatus status) {
            if (status == null) {
                return null;
            }
            byte[] bytes = plain.serialize(topic, headers, status);
            headers.remove(HEADER).add(HEADER, hmac(key.of(status), bytes));
            return bytes;
        }

        @Override
        public void close() {
            plain.close();
        }
    }

    private record Checking(Deserializer<WorkerStatus> plain, List<byte[]> masters)
            implements Deserializer<WorkerStatus> {
        @Override
        public @Nullable WorkerStatus deserialize(String topic, byte @Nullable [] bytes) {
            throw new IllegalStateException("a status is sealed in a header, and there are none");
        }

        @Override
        public @Nullable WorkerStatus deserialize(String topic, Headers headers, byte @Nullable [] bytes) {
            if (bytes == null) {
                return null;
            }
            WorkerStatus status = plain.deserialize(topic, headers, bytes);
            Header seal = headers.lastHeader(HEADER);
            if (seal == null) {
                throw new SerializationException("a status of " + name(status)
                        + " has no seal: whoever wrote it did not" + " have that worker's key, " + KEY);
            }
            if (masters.stream()
                    .noneMatch(master -> MessageDigest.isEqual(hmac(workerKey(master, status), bytes), seal.value()))) {
                throw new SerializationException(
                        "a status of " + name(status) + " is not sealed with that worker's key:"
                                + " somebody else wrote it, or " + KEY + " is not of " + MASTER_KEYS);
            }
            return status;
        }

        @Override
        public void close() {
            plain.close();
        }
    }

    /** Routing's own ticks name no worker, and have a key of their own by that. */
    private static byte[] workerKey(byte[] master, WorkerStatus status) {
        return workerKey(master, status.getRealm(), status.getWorker());
    }

    private static byte[] workerKey(byte[] master, String realm, String worker) {
        return hmac(master, (realm + "|" + worker).getBytes(UTF_8));
    }

    private static String name(WorkerStatus status) {
        return status.getWorker().isEmpty()
                ? "routing"
                : "worker '" + status.getWorker() + "' of realm '" + status.getRealm() + "'";
    }

    private static byte[] hmac(byte[] key, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    private static List<byte[]> keys(String setting, Map<String, ?> config) {
        Object value = config.get(setting);
        String text = value instanceof Password password ? password.value() : value == null ? "" : value.toString();
        List<byte[]> keys = new ArrayList<>();
        for (String key : text.split(",", -1)) {
            if (!key.isBlank()) {
                keys.add(decode(setting, key.strip()));
            }
        }
        return keys;
    }

    /** Says nothing of the key itself. */
    private static byte[] decode(String setting, String text) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(setting + " is not Base64");
        }
        if (key.length < KEY_BYTES) {
            throw new ConfigException(
                    setting + " has " + key.length + " bytes; at least " + KEY_BYTES + " random ones are needed");
        }
        return key;
    }
}
