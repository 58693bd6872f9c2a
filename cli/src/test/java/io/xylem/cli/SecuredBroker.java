package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.broker.EmbeddedBroker;
import io.xylem.broker.FreePorts;
import io.xylem.runtime.Settings;
import io.xylem.schemas.StatusSeal;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.WorkerStatus;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A node that takes TLS with client certificates only, from a certificate authority of its own; and clients of it. */
final class SecuredBroker implements AutoCloseable {
    private static final ConfigDef KNOWN = Settings.common()
            .define(StatusSeal.KEY, ConfigDef.Type.PASSWORD, "", ConfigDef.Importance.LOW, "")
            .define("state.dir", ConfigDef.Type.STRING, "", ConfigDef.Importance.LOW, "");

    private final Path pki;
    private final EmbeddedBroker broker;
    private final Map<String, Path> configs = new HashMap<>();
    private final List<String> grants = new ArrayList<>();

    private SecuredBroker(Path pki, EmbeddedBroker broker) {
        this.pki = pki;
        this.broker = broker;
    }

    static SecuredBroker start(Path dir, String registryUrl, List<String> workers, List<String> clients)
            throws Exception {
        Path pki = dir.resolve("pki");
        List<String> command =
                new ArrayList<>(List.of("certificates", pki.toString(), "--server", "broker=localhost,127.0.0.1"));
        clients.forEach(client -> command.addAll(List.of("--client", client)));
        workers.forEach(worker -> command.addAll(List.of("--worker", worker)));
        Cli.Result made = Cli.run(command.toArray(String[]::new));
        assertThat(made.status()).as(made.err()).isZero();

        var ports = new FreePorts();
        int port = ports.next();
        int controllerPort = ports.next();
        Map<String, String> settings = new HashMap<>(load(pki.resolve("broker/server.properties")));
        settings.put("listeners", "SSL://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "SSL://127.0.0.1:" + port);
        settings.put("listener.security.protocol.map", "SSL:SSL,CONTROLLER:SSL");
        settings.put("inter.broker.listener.name", "SSL");
        var started =
                new SecuredBroker(pki, EmbeddedBroker.start(dir.resolve("broker"), port, controllerPort, settings));
        Path common = Roles.write(
                dir.resolve("common.properties"),
                Map.of(
                        "bootstrap.servers",
                        started.broker.bootstrap(),
                        "schema.registry.url",
                        registryUrl,
                        "auto.register.schemas",
                        "false"));
        List<String> names = new ArrayList<>(clients);
        names.add("broker");
        workers.forEach(worker -> names.add("worker-" + worker.replace('/', '-')));
        started.configs.put("nobody", common);
        for (String name : names) {
            started.know(name, pki.resolve(name).resolve("client.properties"));
        }
        started.configs.put("nobody", Roles.write(dir.resolve("nobody.properties"), started.withoutIdentity("admin")));
        clients.forEach(client -> started.grants.addAll(List.of("--grant", client + "=" + client)));
        workers.forEach(
                worker -> started.grants.addAll(List.of("--grant", "worker=User:worker-" + worker.replace('/', '-'))));
        return started;
    }

    /** A client with what the command wrote for it, and where the cluster is. */
    void know(String name, Path properties) throws Exception {
        Map<String, String> all = new HashMap<>(load(config("nobody")));
        all.keySet().removeIf(key -> key.startsWith("ssl."));
        all.putAll(load(properties));
        configs.put(name, Roles.write(pki.resolveSibling(name + ".properties"), all));
    }

    private Map<String, String> withoutIdentity(String name) throws Exception {
        Map<String, String> all = new HashMap<>(load(config(name)));
        all.keySet().removeIf(key -> key.startsWith("ssl.keystore."));
        return all;
    }

    Path pki() {
        return pki;
    }

    Path config(String who) {
        return Objects.requireNonNull(configs.get(who), who);
    }

    String[] withConfig(String who, String... command) {
        List<String> all = new ArrayList<>(Arrays.asList(command));
        all.addAll(List.of("--config", config(who).toString()));
        return all.toArray(String[]::new);
    }

    String[] withGrants(String... command) {
        List<String> all = new ArrayList<>(Arrays.asList(command));
        all.addAll(grants);
        return all.toArray(String[]::new);
    }

    private Map<String, Object> client(String who, String role) {
        Settings settings =
                Settings.load(KNOWN, new String[] {"--config", config(who).toString()});
        Map<String, Object> client = settings.client(role);
        client.put(StatusSeal.KEY, settings.secret(StatusSeal.KEY));
        return client;
    }

    void allow(String who, AclOperation operation, String topic) {
        try (Admin admin = Admin.create(client("broker", "admin."))) {
            await(admin.createAcls(List.of(new AclBinding(
                            new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                            new AccessControlEntry("User:" + who, "*", operation, AclPermissionType.ALLOW))))
                    .all());
        }
    }

    /** What the brokers say that he may do with the topic. */
    Set<AclOperation> operations(String who, Topic<?> topic) {
        try (Admin admin = Admin.create(client(who, "admin."))) {
            return await(admin.describeTopics(
                                    List.of(topic.name()),
                                    new DescribeTopicsOptions().includeAuthorizedOperations(true))
                            .allTopicNames())
                    .values()
                    .iterator()
                    .next()
                    .authorizedOperations();
        } catch (TopicAuthorizationException e) {
            return Set.of();
        }
    }

    Collection<AclBinding> rights(String who) {
        try (Admin admin = Admin.create(client(who, "admin."))) {
            return await(admin.describeAcls(AclBindingFilter.ANY).values());
        }
    }

    void createTopic(String who, String topic) {
        try (Admin admin = Admin.create(client(who, "admin."))) {
            await(admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
                    .all());
        }
    }

    /** As a worker's own producer does; {@code worker} is who it says it is. */
    void say(String who, String key, String worker, Object body) throws Exception {
        Map<String, Object> config = client(who, "producer.");
        try (var serde = Topics.WORKER_STATUS.valueSerde(config);
                var producer = new KafkaProducer<>(config, new StringSerializer(), serde.serializer())) {
            producer.send(new ProducerRecord<>(
                            Topics.WORKER_STATUS.name(), key, new WorkerStatus("main", worker, 1L, body)))
                    .get();
        }
    }

    void write(String who, Topic<?> topic) {
        try (var producer =
                new KafkaProducer<>(client(who, "producer."), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic.name(), "main", "x".getBytes(StandardCharsets.UTF_8)))
                    .get();
        } catch (ExecutionException e) {
            throw (KafkaException) e.getCause();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** @return the keys of what is there now */
    List<String> read(String who, Topic<?> topic) {
        return read(who, topic.name());
    }

    List<String> read(String who, String topic) {
        List<String> keys = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(client(who, "consumer."), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> keys.add(String.valueOf(record.key())));
            }
        }
        return keys;
    }

    void join(String who, String group) {
        Map<String, Object> config = client(who, "consumer.");
        config.put("group.id", group);
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.committed(Set.of(new TopicPartition(Topics.ALLOCATIONS.name(), 0)));
        }
    }

    void beginTransaction(String who, String transactionalId) {
        Map<String, Object> config = client(who, "producer.");
        config.put("transactional.id", transactionalId);
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
        }
    }

    private static Map<String, String> load(Path file) throws Exception {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> map = new HashMap<>();
        properties.forEach((key, value) -> map.put(key.toString(), value.toString()));
        return map;
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
