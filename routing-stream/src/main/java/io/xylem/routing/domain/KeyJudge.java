package io.xylem.routing.domain;

import io.xylem.routing.domain.Verdict.Reason;
import io.xylem.routing.domain.Verdict.Refused;
import java.util.Optional;

/** Believes a worker about keys of the tunnel at its own address, by which others then find them. */
public final class KeyJudge {
    private KeyJudge() {}

    /**
     * @param address as its endpoint has it
     * @return why not
     */
    public static Optional<Refused> refusal(RoutingView view, String worker, String address) {
        Optional<String> own =
                view.worker(worker).map(known -> known.value().underlay().address());
        return own.filter(address::equals).isPresent()
                ? Optional.empty()
                : Optional.of(new Refused(
                        Reason.ADDRESS_OF_ANOTHER,
                        "worker '" + worker + "' says keys of " + address + "; "
                                + own.map(known -> "its address is " + known).orElse("it has not joined")
                                + " as of version " + view.version()));
    }
}
