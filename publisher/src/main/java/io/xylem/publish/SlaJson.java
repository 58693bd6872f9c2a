package io.xylem.publish;

import com.fasterxml.jackson.databind.JsonNode;
import io.xylem.balancing.BalancingPolicy;
import io.xylem.balancing.Policies;
import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.json.IdSource;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Oakestra's deployment descriptor (SLA): {@code applications[].microservices[]} becomes one ServiceRegistered each.
 * Xylem gives addresses and runs no containers, so most of a descriptor is not for it; what it leaves out it says.
 *
 * <p>As in Oakestra a service always has a round-robin address; {@code addresses.rr_ip}, {@code rr_ip_v6},
 * {@code closest_ip}, … request certain ones, each by the field that its balancing policy names.
 */
final class SlaJson {
    /** @param ignored one line a part of the descriptor: which of its fields Xylem has no use for */
    record Sla(List<DeploymentEvent> events, List<String> ignored) {}

    private static final String APPLICATIONS = "applications";
    private static final String ROUND_ROBIN = "RR";
    private static final Pattern ADDRESS_FIELD = Pattern.compile("([A-Za-z_]+_ip)(_v6)?");
    private static final List<String> NAMES =
            List.of("application_name", "application_namespace", "microservice_name", "microservice_namespace");
    private static final String MICROSERVICES = "microservices";
    private static final String ADDRESSES = "addresses";

    private final Policies policies;
    private final IdSource ids;
    private final InstantSource clock;

    SlaJson(Policies policies, IdSource ids, InstantSource clock) {
        this.policies = policies;
        this.ids = ids;
        this.clock = clock;
    }

    static boolean isSla(JsonNode document) {
        return document.path(APPLICATIONS).isArray();
    }

    /** @throws IllegalArgumentException naming the place of what is missing or wrong */
    Sla read(JsonNode document, String realm) {
        var events = new ArrayList<DeploymentEvent>();
        var ignored = new ArrayList<String>();
        note("the descriptor", document, Set.of(APPLICATIONS), ignored);
        int a = 0;
        for (JsonNode application : document.path(APPLICATIONS)) {
            String atApplication = APPLICATIONS + "[" + a++ + "]";
            note(
                    atApplication,
                    application,
                    Set.of("application_name", "application_namespace", MICROSERVICES),
                    ignored);
            JsonNode microservices = application.path(MICROSERVICES);
            if (!microservices.isArray()) {
                throw new IllegalArgumentException(
                        atApplication + " needs " + MICROSERVICES + ", a list; found " + found(microservices));
            }
            int m = 0;
            for (JsonNode microservice : microservices) {
                String at = atApplication + "." + MICROSERVICES + "[" + m++ + "]";
                String service = name(application, microservice, atApplication, at);
                var requests = addresses(microservice.path(ADDRESSES), at + "." + ADDRESSES);
                events.add(new DeploymentEvent(
                        realm, ids.next(), clock.millis(), new ServiceRegistered(service, requests)));
                note(service, microservice, Set.of("microservice_name", "microservice_namespace", ADDRESSES), ignored);
            }
        }
        if (events.isEmpty()) {
            throw new IllegalArgumentException(
                    "the descriptor has no microservices: expected applications[].microservices[]");
        }
        return new Sla(List.copyOf(events), List.copyOf(ignored));
    }

    /** Says which fields are not taken; none is left out without a word. */
    private static void note(String place, JsonNode part, Set<String> used, List<String> ignored) {
        Set<String> unused = new TreeSet<>();
        part.fieldNames().forEachRemaining(unused::add);
        unused.removeAll(used);
        if (!unused.isEmpty()) {
            ignored.add(place + ": no use for " + String.join(", ", unused));
        }
    }

    private static String found(JsonNode value) {
        return value.isMissingNode() ? "none" : value.toString();
    }

    private static String name(JsonNode application, JsonNode microservice, String atApplication, String at) {
        return NAMES.stream()
                .map(field -> field.startsWith("application")
                        ? text(application, field, atApplication)
                        : text(microservice, field, at))
                .collect(Collectors.joining("."));
    }

    private static String text(JsonNode node, String field, String at) {
        JsonNode value = node.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(at + " needs " + field + ", a text; found " + found(value));
        }
        return value.textValue();
    }

    /** A field that no policy of this program names still asks for one: whether there is it, the allocator says. */
    private List<AddressRequest> addresses(JsonNode wanted, String at) {
        if (!wanted.isMissingNode() && !wanted.isNull() && !wanted.isObject()) {
            throw new IllegalArgumentException(
                    at + " must be an object of one field a balancing policy and family, not " + wanted);
        }
        var fields = new LinkedHashMap<String, String>();
        fields.put(ROUND_ROBIN, "rr_ip");
        for (Iterator<String> names = wanted.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            Matcher address = ADDRESS_FIELD.matcher(name);
            if (!address.matches()) {
                throw new IllegalArgumentException(at + " has no field '" + name
                        + "'; it takes one field a balancing policy and family: rr_ip, rr_ip_v6, closest_ip, ...");
            }
            fields.putIfAbsent(policy(address.group(1)), address.group(1));
        }
        return fields.entrySet().stream()
                .map(field -> new AddressRequest(
                        field.getKey(),
                        address(wanted, field.getValue(), at),
                        address(wanted, field.getValue() + "_v6", at)))
                .toList();
    }

    private String policy(String field) {
        return policies.all().stream()
                .filter(policy -> policy.descriptorField().equals(field))
                .map(BalancingPolicy::ipType)
                .findFirst()
                .orElse(field.substring(0, field.length() - "_ip".length()));
    }

    /** Absent and empty ask for any address, as in Oakestra. */
    private static @Nullable String address(JsonNode wanted, String field, String at) {
        JsonNode value = wanted.path(field);
        boolean any = value.isMissingNode()
                || value.isNull()
                || (value.isTextual() && value.textValue().isEmpty());
        return any ? null : text(wanted, field, at);
    }
}
