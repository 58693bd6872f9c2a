package io.xylem.audit;

import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.json.OutcomeJson;
import io.xylem.schemas.json.StateJson;
import org.jspecify.annotations.Nullable;

/** Expected and found in the same words. */
final class Texts {
    private Texts() {}

    static String of(Answer answer) {
        if (answer.code() != null) {
            return answer.type() + " rejected " + answer.code() + ", offset " + answer.offset();
        }
        StringBuilder text = new StringBuilder(answer.type())
                .append(" accepted")
                .append(answer.unchanged() ? " unchanged" : "")
                .append(", offset ")
                .append(answer.offset());
        add(text, "worker", answer.worker());
        add(text, "subnet", answer.subnet());
        add(text, "service", answer.service());
        add(text, "instance", answer.number() < 0 ? null : answer.number());
        answer.ips().forEach(ip -> add(text, ip.ipType(), ip.address()));
        add(text, "instanceIp", answer.instanceIp());
        add(text, "namespaceIp", answer.namespaceIp());
        add(text, "settings", answer.settings());
        return text.toString();
    }

    static String of(Outcome outcome) {
        return OutcomeJson.write(outcome);
    }

    static String of(@Nullable Allocation allocation) {
        return allocation == null ? "taken back" : StateJson.write(allocation);
    }

    static String of(@Nullable Entity entity) {
        return switch (entity) {
            case null -> "taken back";
            case Entity.Worker w ->
                "cluster " + w.cluster() + ", underlay " + w.underlay() + ", zone " + or(w.zone()) + ", location "
                        + or(w.location()) + ", subnet " + w.subnet() + (w.lost() ? ", lost" : "");
            case Entity.Service s -> {
                StringBuilder text = new StringBuilder("service IPs");
                s.ips()
                        .forEach(ip ->
                                text.append(' ').append(ip.ipType()).append(' ').append(ip.address()));
                yield text.toString();
            }
            case Entity.Instance i ->
                i.state() + " on worker " + i.worker() + ", instance IP " + i.instanceIp() + ", namespace IP "
                        + i.namespaceIp() + (i.weight() == 1 ? "" : ", weight " + i.weight());
        };
    }

    private static void add(StringBuilder text, String name, @Nullable Object value) {
        if (value != null) {
            text.append(", ").append(name).append(' ').append(value);
        }
    }

    private static String or(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }
}
