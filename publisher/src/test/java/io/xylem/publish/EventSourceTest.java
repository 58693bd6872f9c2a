package io.xylem.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.balancing.Policies;
import io.xylem.publish.EventSource.Entry;
import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.ServiceRegistered;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventSourceTest {
    private static final String LEFT = "{\"type\":\"WorkerLeft\",\"worker\":\"w1\"}";

    private final List<String> notes = new ArrayList<>();
    private int ids;

    @Test
    void linesAreCountedBlankOnesTooAndABadOneStopsNothing() throws IOException {
        List<Entry> entries = read("\n" + LEFT + "\n\n{\"type\":\"WorkerLeft\"}\nnonsense\n" + LEFT);
        assertThat(entries).hasSize(4);
        assertThat(event(entries.get(0)).getId()).isEqualTo("id1");
        assertThat(entries.get(1)).isInstanceOfSatisfying(Entry.Malformed.class, bad -> {
            assertThat(bad.line()).isEqualTo(4);
            assertThat(bad.message()).contains("WorkerLeft", "'worker'");
        });
        assertThat(entries.get(2))
                .isInstanceOfSatisfying(
                        Entry.Malformed.class, bad -> assertThat(bad.line()).isEqualTo(5));
        assertThat(entries.get(3)).isInstanceOf(Entry.Event.class);
    }

    @Test
    void aFirstLineThatBreaksOffIsOneBadLine() throws IOException {
        List<Entry> entries = read("{\"type\":\"WorkerLeft\"\n" + LEFT + "\n" + LEFT);
        assertThat(entries).hasSize(3);
        assertThat(entries.getFirst())
                .isInstanceOfSatisfying(
                        Entry.Malformed.class, bad -> assertThat(bad.line()).isEqualTo(1));
        assertThat(entries.getLast()).isInstanceOf(Entry.Event.class);
    }

    @Test
    void anEmptyTextHasNoEvents() throws IOException {
        assertThat(read("")).isEmpty();
        assertThat(read("\n\n")).isEmpty();
    }

    /** A pipe: the second line comes only after the first was given on. */
    @Test
    void linesAreGivenOnAsTheyCome() throws IOException {
        var given = new ArrayList<Entry>();
        var pipe = new BufferedReader(new StringReader(LEFT + "\n" + LEFT)) {
            private int asked;

            @Override
            public String readLine() throws IOException {
                assertThat(given).hasSize(asked++);
                return super.readLine();
            }
        };
        source().read(pipe, given::add);
        assertThat(given).hasSize(2);
    }

    @Test
    void aDescriptorBecomesRegistrations() throws IOException {
        List<Entry> entries = read("""
                {
                  "sla_version": "v2.0",
                  "customerID": "Admin",
                  "applications": [
                    {
                      "applicationID": "",
                      "application_name": "shop",
                      "application_namespace": "prod",
                      "application_desc": "A shop",
                      "microservices": [
                        {
                          "microserviceID": "",
                          "microservice_name": "web",
                          "microservice_namespace": "prod",
                          "virtualization": "container",
                          "cmd": ["nginx", "-g", "daemon off;"],
                          "memory": 100,
                          "vcpus": 1,
                          "vgpus": 0,
                          "code": "docker.io/library/nginx:latest",
                          "port": "8080:80/tcp",
                          "constraints": [{"type": "latency", "area": "munich", "threshold": 20}],
                          "addresses": { "rr_ip": "10.30.55.55", "rr_ip_v6": "fdff:2000::55" },
                          "added_files": []
                        },
                        {
                          "microserviceID": "",
                          "microservice_name": "db",
                          "microservice_namespace": "prod"
                        },
                        {
                          "microserviceID": "",
                          "microservice_name": "cache",
                          "microservice_namespace": "prod",
                          "addresses": { "rr_ip": "", "closest_ip": "10.30.0.77", "FPS_ip_v6": null }
                        }
                      ]
                    }
                  ],
                  "args": []
                }
                """);
        assertThat(entries)
                .extracting(entry -> event(entry).getBody())
                .containsExactly(
                        new ServiceRegistered(
                                "shop.prod.web.prod",
                                List.of(new AddressRequest("RR", "10.30.55.55", "fdff:2000::55"))),
                        new ServiceRegistered("shop.prod.db.prod", List.of(new AddressRequest("RR", null, null))),
                        new ServiceRegistered(
                                "shop.prod.cache.prod",
                                List.of(
                                        new AddressRequest("RR", null, null),
                                        new AddressRequest("closest", "10.30.0.77", null),
                                        // A policy that nobody here has: the allocator refuses it with a code.
                                        new AddressRequest("FPS", null, null))));
        assertThat(entries)
                .allSatisfy(entry -> assertThat(event(entry).getRealm()).isEqualTo("tenant"));
        assertThat(notes)
                .containsExactly(
                        "the descriptor: no use for args, customerID, sla_version",
                        "applications[0]: no use for applicationID, application_desc",
                        "shop.prod.web.prod: no use for added_files, cmd, code, constraints, memory, microserviceID, port,"
                                + " vcpus, vgpus, virtualization",
                        "shop.prod.db.prod: no use for microserviceID",
                        "shop.prod.cache.prod: no use for microserviceID");
    }

    @Test
    void aDescriptorMayBeOneLine() throws IOException {
        assertThat(read(
                        "{\"applications\":[{\"application_name\":\"a\",\"application_namespace\":\"b\",\"microservices\":"
                                + "[{\"microservice_name\":\"c\",\"microservice_namespace\":\"d\"}]}]}"))
                .singleElement()
                .extracting(entry -> event(entry).getBody())
                .isEqualTo(new ServiceRegistered("a.b.c.d", List.of(new AddressRequest("RR", null, null))));
    }

    @Test
    void whatADescriptorLacksIsNamedWithItsPlace() throws IOException {
        assertThat(read(
                        "{\"applications\":[{\"application_name\":\"a\",\"application_namespace\":\"b\",\"microservices\":"
                                + "[{\"microservice_name\":\"c\"}]}]}"))
                .singleElement()
                .isInstanceOfSatisfying(
                        Entry.Malformed.class,
                        bad -> assertThat(bad.message())
                                .contains("applications[0].microservices[0]", "microservice_namespace"));
        assertThat(read("{\"applications\":[]}"))
                .singleElement()
                .isInstanceOfSatisfying(
                        Entry.Malformed.class, bad -> assertThat(bad.message()).contains("no microservices"));
        assertThat(
                        read(
                                "{\"applications\":[{\"application_name\":\"a\",\"application_namespace\":\"b\",\"microservices\":"
                                        + "[{\"microservice_name\":\"c\",\"microservice_namespace\":\"d\",\"addresses\":{\"rr\":\"10.30.0.9\"}}]}]}"))
                .singleElement()
                .isInstanceOfSatisfying(
                        Entry.Malformed.class,
                        bad -> assertThat(bad.message())
                                .contains("applications[0].microservices[0].addresses", "'rr'", "rr_ip"));
    }

    @Test
    void aPartOfTheWrongFormIsNamedAndNotSkipped() throws IOException {
        assertThat(refusal("{\"applications\":[{\"application_name\":\"a\",\"application_namespace\":\"b\"}]}"))
                .isEqualTo("applications[0] needs microservices, a list; found none");
        String start =
                "{\"applications\":[{\"application_name\":\"a\",\"application_namespace\":\"b\",\"microservices\":"
                        + "[{\"microservice_name\":\"c\",\"microservice_namespace\":\"d\",\"addresses\":";
        assertThat(refusal(start + "[\"rr_ip\"]}]}]}"))
                .startsWith("applications[0].microservices[0].addresses must be an object");
        assertThat(refusal(start + "{\"rr_ip\":{}}}]}]}"))
                .isEqualTo("applications[0].microservices[0].addresses needs rr_ip, a text; found {}");
    }

    private String refusal(String text) throws IOException {
        return ((Entry.Malformed) read(text).getFirst()).message();
    }

    private List<Entry> read(String text) throws IOException {
        var entries = new ArrayList<Entry>();
        source().read(new BufferedReader(new StringReader(text)), entries::add);
        return entries;
    }

    private EventSource source() {
        return new EventSource(
                () -> "id" + ++ids, InstantSource.fixed(Instant.EPOCH), "tenant", Policies.load(), notes::add);
    }

    private static DeploymentEvent event(Entry entry) {
        return ((Entry.Event) entry).event();
    }
}
