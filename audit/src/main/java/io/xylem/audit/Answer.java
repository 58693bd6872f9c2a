package io.xylem.audit;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.ServiceIp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the outcome of an event must say.
 *
 * @param offset of the first event with this id
 * @param code null: accepted
 * @param number of the instance, -1 if the outcome is not about one
 * @param ips empty: none are told
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
        @Nullable DualAddress namespaceIp) {

    static Answer refused(long offset, String type, String code) {
        return new Answer(offset, type, code, false, null, null, null, -1, List.of(), null, null);
    }

    boolean isAccepted() {
        return code == null;
    }
}
