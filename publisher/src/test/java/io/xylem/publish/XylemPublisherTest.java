package io.xylem.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.WorkerLeft;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class XylemPublisherTest {
    private static final TopicPartition OUTCOMES = new TopicPartition(Topics.OUTCOMES.name(), 0);
    private static final Duration LONG = Duration.ofMinutes(2);

    private final Map<String, Object> config = Map.of("schema.registry.url", "mock://publisher");
    private final Serde<Outcome> outcomes = Topics.OUTCOMES.valueSerde(config);
    private MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private MockProducer<String, DeploymentEvent> producer = newProducer();
    private XylemPublisher publisher = publisher(new XylemPublisher.Limits(2, LONG));
    private long offset;

    private MockProducer<String, DeploymentEvent> newProducer() {
        return new MockProducer<>(
                true,
                null,
                new StringSerializer(),
                Topics.DEPLOYMENT_EVENTS.valueSerde(config).serializer());
    }

    @AfterEach
    void close() {
        publisher.close(Duration.ZERO);
    }

    @Test
    void eachEventHasItsOutcomeARefusalToo() throws Exception {
        CompletableFuture<Outcome> first = publisher.publish(event("1"));
        CompletableFuture<Outcome> second = publisher.publish(event("2"));
        hear("somebody else's", OutcomeStatus.ACCEPTED);
        hear("1", OutcomeStatus.ACCEPTED);
        hear("2", OutcomeStatus.REJECTED);
        assertThat(first.get().getStatus()).isEqualTo(OutcomeStatus.ACCEPTED);
        assertThat(second.get().getStatus()).isEqualTo(OutcomeStatus.REJECTED);
        assertThat(producer.history())
                .extracting(ProducerRecord::key, sent -> sent.value().getId())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("r", "1"), org.assertj.core.groups.Tuple.tuple("r", "2"));
    }

    @Test
    void anIdThatIsPublishedTwiceIsHeardTwice() throws Exception {
        CompletableFuture<Outcome> first = publisher.publish(event("1"));
        CompletableFuture<Outcome> again = publisher.publish(event("1"));
        hear("1", OutcomeStatus.ACCEPTED);
        first.get();
        assertThat(again).isNotDone();
        hear("1", OutcomeStatus.ACCEPTED);
        again.get();
    }

    @Test
    void publishingBlocksWhileTooManyAreInFlight() throws Exception {
        CompletableFuture<Outcome> first = publisher.publish(event("1"));
        CompletableFuture<Outcome> _ = publisher.publish(event("2"));
        Thread third = Thread.ofVirtual().start(() -> {
            CompletableFuture<Outcome> _ = publisher.publish(event("3"));
        });
        await().until(() -> third.getState() == Thread.State.WAITING);
        assertThat(producer.history()).hasSize(2);
        hear("1", OutcomeStatus.ACCEPTED);
        first.get();
        assertThat(third.join(LONG)).isTrue();
        assertThat(producer.history()).hasSize(3);
    }

    @Test
    void whatHangsOnAFutureMayPublish() throws Exception {
        publisher.close(Duration.ZERO);
        publisher = publisher(new XylemPublisher.Limits(1, LONG));
        CompletableFuture<Outcome> next =
                publisher.publish(event("1")).thenCompose(heard -> publisher.publish(event("2")));
        hear("1", OutcomeStatus.ACCEPTED);
        await().until(() -> producer.history().size() == 2);
        hear("2", OutcomeStatus.ACCEPTED);
        next.get();
    }

    @Test
    void anOutcomeThatDoesNotComeFailsWithWhatToDoAndFreesItsPlace() {
        publisher.close(Duration.ZERO);
        publisher = publisher(new XylemPublisher.Limits(1, Duration.ofMillis(20)));
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(publisher.publish(event("late"))::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(NoOutcomeException.class)
                    .hasMessageContaining("no outcome of event late of realm 'r' within 20 ms")
                    .hasMessageContaining("again with the same id");
        }
    }

    @Test
    void aFaultOfSendingIsTheFuturesFault() {
        producer.sendException = new AuthorizationException("not you");
        assertThatThrownBy(publisher.publish(event("1"))::get).cause().isInstanceOf(AuthorizationException.class);
    }

    @Test
    void closingWaitsForTheOutcomesAndTakesNoMoreEvents() throws Exception {
        CompletableFuture<Outcome> last = publisher.publish(event("1"));
        Thread closing = Thread.ofVirtual().start(publisher::close);
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        assertThatThrownBy(() -> publisher.publish(event("2")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("event 2 was not sent");
        hear("1", OutcomeStatus.ACCEPTED);
        assertThat(last.get().getId()).isEqualTo("1");
        assertThat(closing.join(LONG)).isTrue();
    }

    @Test
    void closingWithoutPatienceSaysWhatIsNotKnown() {
        CompletableFuture<Outcome> lost = publisher.publish(event("1"));
        publisher.close(Duration.ZERO);
        assertThatThrownBy(lost::get)
                .cause()
                .isInstanceOf(NoOutcomeException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void whenOutcomesCanNotBeHeardEveryFutureSaysSo() {
        CompletableFuture<Outcome> waiting = publisher.publish(event("1"));
        consumer.setPollException(new AuthorizationException("not you"));
        assertThatThrownBy(waiting::get).cause().hasMessage("outcomes can't be heard any more: not you");
        assertThatThrownBy(publisher.publish(event("2"))::get).cause().hasMessageContaining("can't be heard");
    }

    @Test
    void whatIsNotAboutRoutesIsAppliedAtOnce() throws Exception {
        Outcome rejected = outcome("InstanceReady", OutcomeStatus.REJECTED);
        Outcome configured = outcome("RealmConfigured", OutcomeStatus.ACCEPTED);
        for (Outcome outcome : List.of(rejected, configured)) {
            assertThat(publisher.awaitApplied(outcome, LONG).get()).isEqualTo(Applied.byNobody("r", 7));
        }
    }

    private static Outcome outcome(String type, OutcomeStatus status) {
        return Outcome.newBuilder()
                .setRealm("r")
                .setId("1")
                .setOffset(7)
                .setType(type)
                .setStatus(status)
                .build();
    }

    private XylemPublisher publisher(XylemPublisher.Limits limits) {
        consumer = new MockConsumer<>("earliest");
        consumer.assign(List.of(OUTCOMES));
        consumer.updateBeginningOffsets(Map.of(OUTCOMES, 0L));
        producer = newProducer();
        return new XylemPublisher(producer, consumer, outcomes, limits, () -> {
            throw new AssertionError("nobody needs to listen");
        });
    }

    private void hear(String id, OutcomeStatus status) {
        Outcome outcome = Outcome.newBuilder()
                .setRealm("r")
                .setId(id)
                .setOffset(offset)
                .setType("WorkerLeft")
                .setStatus(status)
                .build();
        byte[] bytes = outcomes.serializer().serialize(OUTCOMES.topic(), outcome);
        consumer.addRecord(new ConsumerRecord<>(OUTCOMES.topic(), 0, offset++, id, bytes));
    }

    private static DeploymentEvent event(String id) {
        return new DeploymentEvent("r", id, 0L, new WorkerLeft("w"));
    }
}
