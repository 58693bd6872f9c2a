package io.xylem.audit;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.ServiceIp;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the outcome of an event must say.
 *
 * @param offset of the first event with this id
 * @param code null: accepted
 * @param number of the instance, -1 if the outcome is not about one
 * @param ips empty: none are told
 * @param settings null: none are told
 */
public record Answer(
        long offset,
        String type,
        @Nullable String code,
        boolean unchanged,
        @Nullable String worker,
        @Nullable DualPrefix subnet,
        @Nullable String service,
        int number,
        List<ServiceIp> ips,
        @Nullable DualAddress instanceIp,
        @Nullable DualAddress namespaceIp,
        @Nullable Map<String, String> settings) {

    Answer(
            long offset,
            String type,
            @Nullable String code,
            boolean unchanged,
            @Nullable String worker,
            @Nullable DualPrefix subnet,
            @Nullable String service,
            int number,
            List<ServiceIp> ips,
            @Nullable DualAddress instanceIp,
            @Nullable DualAddress namespaceIp) {
        this(offset, type, code, unchanged, worker, subnet, service, number, ips, instanceIp, namespaceIp, null);
    }

    static Answer refused(long offset, String type, String code) {
        return new Answer(offset, type, code, false, null, null, null, -1, List.of(), null, null);
    }

    static Answer configured(Rules.Moment now, boolean unchanged, Map<String, String> settings) {
        return new Answer(
                now.offset(), now.type(), null, unchanged, null, null, null, -1, List.of(), null, null, settings);
    }

    boolean isAccepted() {
        return code == null;
    }
}
