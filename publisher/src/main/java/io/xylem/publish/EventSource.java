package io.xylem.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.balancing.Policies;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.json.EventJson;
import io.xylem.schemas.json.IdSource;
import io.xylem.schemas.json.MalformedEventException;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Events from a text: one JSON object a line, or one deployment descriptor of Oakestra as a whole. Lines are given as
 * they come, so that the text may be a pipe that never ends. Blank lines are none.
 */
public final class EventSource {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One entry of the text, in its order. */
    public sealed interface Entry {
        record Event(DeploymentEvent event) implements Entry {}

        /** @param line counted from 1 */
        record Malformed(int line, String message) implements Entry {}
    }

    private final EventJson events;
    private final SlaJson slas;
    private final String realm;
    private final Consumer<String> notes;

    /**
     * @param policies whose addresses a descriptor may ask for
     * @param notes hears what was left out of a descriptor
     */
    public EventSource(IdSource ids, InstantSource clock, String realm, Policies policies, Consumer<String> notes) {
        this.events = new EventJson(ids, clock);
        this.slas = new SlaJson(policies, ids, clock);
        this.realm = realm;
        this.notes = notes;
    }

    public void read(BufferedReader text, Consumer<Entry> entries) throws IOException {
        String first = text.readLine();
        int number = 1;
        while (first != null && first.isBlank()) {
            first = text.readLine();
            number++;
        }
        if (first == null) {
            return;
        }
        if (mayBeDescriptor(first)) {
            String rest = text.lines().collect(Collectors.joining("\n"));
            JsonNode sla = descriptor(first + "\n" + rest);
            if (sla != null) {
                read(sla, number, entries);
                return;
            }
            line(number, first, entries);
            for (String line : rest.lines().toList()) {
                line(++number, line, entries);
            }
            return;
        }
        for (String line = first; line != null; line = text.readLine()) {
            line(number++, line, entries);
        }
    }

    /** A line that is an object of its own is no beginning of a longer one, unless it is a descriptor on one line. */
    private static boolean mayBeDescriptor(String line) {
        try {
            return SlaJson.isSla(JSON.readTree(line));
        } catch (JsonEOFException e) {
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static @Nullable JsonNode descriptor(String text) {
        try {
            JsonNode document = JSON.readTree(text);
            return SlaJson.isSla(document) ? document : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private void read(JsonNode sla, int line, Consumer<Entry> entries) {
        List<DeploymentEvent> registrations;
        try {
            SlaJson.Sla read = slas.read(sla, realm);
            read.ignored().forEach(notes);
            registrations = read.events();
        } catch (IllegalArgumentException e) {
            entries.accept(new Entry.Malformed(line, String.valueOf(e.getMessage())));
            return;
        }
        registrations.forEach(event -> entries.accept(new Entry.Event(event)));
    }

    private void line(int number, String line, Consumer<Entry> entries) {
        if (line.isBlank()) {
            return;
        }
        Entry entry;
        try {
            entry = new Entry.Event(events.read(line));
        } catch (MalformedEventException e) {
            entry = new Entry.Malformed(number, String.valueOf(e.getMessage()));
        }
        entries.accept(entry);
    }
}
