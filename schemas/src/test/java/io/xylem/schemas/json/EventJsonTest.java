package io.xylem.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.GeoLocation;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerJoined;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventJsonTest {
    private static final Instant NOW = Instant.parse("2026-11-23T03:00:00Z");
    private static final EventJson EVENTS = new EventJson(() -> "made-here", InstantSource.fixed(NOW));

    /** The examples of the design, and the observations, and the settings. */
    private static final List<String> ALL_TYPES = Stream.of(
                    """
                    {"type":"WorkerJoined",COMMON,"worker":"w1","cluster":"c1","underlay":{"address":"192.168.77.1","port":50103},"zone":"eu-1","location":{"latitude":48.1,"longitude":11.6}}""", """
                    {"type":"WorkerMoved",COMMON,"worker":"w1","underlay":{"address":"192.168.77.9","port":50103}}""", """
                    {"type":"WorkerLeft",COMMON,"worker":"w1"}""", """
                    {"type":"ServiceRegistered",COMMON,"service":"A.prod.S.prod","addresses":[{"policy":"RR"},{"policy":"closest","v4":"10.30.0.77"}]}""", """
                    {"type":"ServiceRemoved",COMMON,"service":"A.prod.S.prod"}""", """
                    {"type":"InstanceScheduled",COMMON,"service":"A.prod.S.prod","instance":1,"worker":"w1","weight":3}""", """
                    {"type":"InstanceReady",COMMON,"service":"A.prod.S.prod","instance":1}""", """
                    {"type":"InstanceUnready",COMMON,"service":"A.prod.S.prod","instance":1,"reason":"probe failed","worker":"w1"}""", """
                    {"type":"InstanceMigrated",COMMON,"service":"A.prod.S.prod","instance":1,"worker":"w2"}""", """
                    {"type":"InstanceDraining",COMMON,"service":"A.prod.S.prod","instance":1}""", """
                    {"type":"InstanceRemoved",COMMON,"service":"A.prod.S.prod","instance":1}""", """
                    {"type":"WorkerLost",COMMON,"worker":"w1"}""", """
                    {"type":"WorkerBack",COMMON,"worker":"w1"}""", """
                    {"type":"WithdrawalConfirmed",COMMON,"service":"A.prod.S.prod","instance":1,"version":5000000000}""", """
                    {"type":"RealmConfigured",COMMON,"settings":{"rest.ms":"60000","service.v4":"10.30.0.0/16,10.31.0.0/16"}}""")
            .map(line -> line.replace("COMMON", "\"realm\":\"r1\",\"id\":\"e1\",\"at\":\"2026-01-31T12:00:00Z\""))
            .toList();

    @Test
    void everyTypeComesBackAsItWasWritten() {
        assertThat(ALL_TYPES)
                .allSatisfy(
                        line -> assertThat(EventJson.write(EVENTS.read(line))).isEqualTo(line));
    }

    @Test
    void withoutAWeightAnInstanceHasTheDefault() {
        assertThat(EVENTS.read("""
                        {"type":"InstanceScheduled","service":"A.prod.S.prod","instance":1,"worker":"w1"}""").getBody()).isEqualTo(new InstanceScheduled("A.prod.S.prod", 1, "w1", 1));
    }

    @Test
    void everyTypeOfTheSchemaIsTriedHere() {
        List<String> tried = ALL_TYPES.stream()
                .map(line -> ((IndexedRecord) EVENTS.read(line).getBody())
                        .getSchema()
                        .getName())
                .toList();
        assertThat(DeploymentEvent.getClassSchema().getField("body").schema().getTypes())
                .extracting(Schema::getName)
                .containsExactlyElementsOf(tried);
    }

    @Test
    void everyFieldArrives() {
        assertThat(EVENTS.read(ALL_TYPES.getFirst()))
                .isEqualTo(new DeploymentEvent(
                        "r1",
                        "e1",
                        Instant.parse("2026-01-31T12:00:00Z").toEpochMilli(),
                        new WorkerJoined(
                                "w1",
                                "c1",
                                new UnderlayEndpoint("192.168.77.1", 50103),
                                "eu-1",
                                new GeoLocation(48.1, 11.6))));
        assertThat(EVENTS.read(ALL_TYPES.get(3)).getBody())
                .isEqualTo(new ServiceRegistered(
                        "A.prod.S.prod",
                        List.of(
                                new AddressRequest("RR", null, null),
                                new AddressRequest("closest", "10.30.0.77", null))));
    }

    @Test
    void whatIsLeftOutGetsItsDefault() {
        DeploymentEvent event = EVENTS.read(
                "{\"type\":\"InstanceUnready\",\"service\":\"A.prod.S.prod\",\"instance\":1,\"reason\":null}");
        assertThat(event)
                .isEqualTo(new DeploymentEvent(
                        "main", "made-here", NOW.toEpochMilli(), new InstanceUnready("A.prod.S.prod", 1, "", null)));
    }

    @Test
    void theWorkerThatReportsArrives() {
        assertThat(EVENTS.read("{\"type\":\"InstanceReady\",\"service\":\"A.b.C.d\",\"instance\":1,\"worker\":\"w1\"}")
                        .getBody())
                .isEqualTo(new InstanceReady("A.b.C.d", 1, "w1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                   | RealmConfigured lacks its field 'settings'",
                "{'settings':[]}      | RealmConfigured.settings must be an object of texts, not []",
                "{'settings':{'a':1}} | RealmConfigured.settings.a must be a text, not 1",
            },
            quoteCharacter = '~')
    void settingsAreTexts(String fields, String message) {
        String json = fields.replace('\'', '"')
                .replaceFirst("\\{", "{\"type\":\"RealmConfigured\",")
                .replace(",}", "}");
        assertThatThrownBy(() -> EVENTS.read(json))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aTimeMayBeANumberOfMilliseconds() {
        assertThat(EVENTS.read("{\"type\":\"WorkerLeft\",\"worker\":\"w1\",\"at\":17}")
                        .getAt())
                .isEqualTo(17);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "{",
                "{\"type\":\"WorkerLeft\",\"worker\":\"w1\"",
                "{\"type\":\"WorkerLeft\",\"worker\":\"w1\"} {}",
                "{\"type\":\"WorkerLeft\",\"worker\":\"w1\",\"worker\":\"w2\"}",
                "[]",
                "null",
                "17",
                "{'type':'WorkerLeft'}"
            })
    void aTextThatIsNotOneJsonObjectIsRefused(String text) {
        assertThatThrownBy(() -> EVENTS.read(text)).isInstanceOf(MalformedEventException.class);
    }

    @Test
    void aBrokenLineIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> EVENTS.read("{\"type\":\"WorkerLeft\" \"worker\":\"w1\"}"))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("column 22");
    }

    @Test
    void aLineThatBreaksOffSaysWhereItBegan() {
        assertThatThrownBy(() -> EVENTS.read("{\"type\":\"WorkerLeft\",\"worker\":\"w1\""))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("(start marker at line: 1, column: 1)")
                .hasMessageNotContaining("Source");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}                                                      | an event needs a type; allowed: WorkerJoined, ",
                "{'type':'WorkerGone'}                                   | there is no event type 'WorkerGone'; allowed: WorkerJoined, ",
                "{'type':7}                                              | there is no event type 7; allowed: ",
                "{'type':'WorkerLeft'}                                   | WorkerLeft lacks its field ~worker~",
                "{'type':'WorkerLeft','worker':null}                     | WorkerLeft lacks its field ~worker~",
                "{'type':'WorkerLeft','worker':1}                        | WorkerLeft.worker must be a text, not 1",
                "{'type':'WorkerLeft','worker':'w','wroker':'x'}         | WorkerLeft has no field ~wroker~; allowed: type, realm, id, at, worker",
                "{'type':'InstanceReady','service':'s','instance':'1'}   | InstanceReady.instance must be a whole number of 32 bits, not '1'",
                "{'type':'InstanceReady','service':'s','instance':1.5}   | InstanceReady.instance must be a whole number of 32 bits, not 1.5",
                "{'type':'InstanceReady','service':'s','instance':5000000000} | whole number of 32 bits, not 5000000000",
                "{'type':'WorkerMoved','worker':'w','underlay':'x'}      | WorkerMoved.underlay must be an object of address, port, not 'x'",
                "{'type':'WorkerMoved','worker':'w','underlay':{'address':'x'}} | WorkerMoved.underlay lacks its field ~port~",
                "{'type':'WorkerMoved','worker':'w','underlay':{'address':'x','port':1,'mtu':2}} | WorkerMoved.underlay has no field ~mtu~; allowed: address, port",
                "{'type':'ServiceRegistered','service':'s','addresses':{}}    | ServiceRegistered.addresses must be a list, not {}",
                "{'type':'ServiceRegistered','service':'s','addresses':['RR']}| ServiceRegistered.addresses[0] must be an object of policy, v4, v6",
                "{'type':'WorkerLeft','worker':'w','at':'yesterday'}     | WorkerLeft.at must be a time such as",
                "{'type':'WorkerLeft','worker':'w','at':1.5}             | WorkerLeft.at must be a whole number of 64 bits, not 1.5",
                "{'type':'WorkerJoined','worker':'w','cluster':'c','underlay':{'address':'x','port':1},'location':{'latitude':'x','longitude':1}} | WorkerJoined.location.latitude must be a number",
            })
    void aWrongEventIsRefusedWithWhatIsAllowed(String json, String message) {
        assertThatThrownBy(() -> EVENTS.read(json.replace('\'', '"')))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining(message.replace('\'', '"').replace('~', '\''));
    }

    @Test
    void aHugeValueDoesNotDrownTheMessage() {
        String json = "{\"type\":\"" + "x".repeat(10_000) + "\"}";
        assertThatThrownBy(() -> EVENTS.read(json))
                .isInstanceOf(MalformedEventException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void madeIdsAreUuidsOfVersion7ThatSortByTime() {
        SplittableRandom random = new SplittableRandom(7);
        String early = IdSource.uuidV7(InstantSource.fixed(NOW), random).next();
        String sameTime = IdSource.uuidV7(InstantSource.fixed(NOW), random).next();
        String late =
                IdSource.uuidV7(InstantSource.fixed(NOW.plusMillis(1)), random).next();
        assertThat(UUID.fromString(early).version()).isEqualTo(7);
        assertThat(UUID.fromString(early).variant()).isEqualTo(2);
        assertThat(UUID.fromString(early).getMostSignificantBits() >>> 16).isEqualTo(NOW.toEpochMilli());
        assertThat(early).isNotEqualTo(sameTime).isLessThan(late);
    }
}
