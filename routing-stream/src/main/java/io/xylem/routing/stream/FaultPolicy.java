package io.xylem.routing.stream;

import io.xylem.schemas.RegistryFaults;
import java.util.function.Consumer;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A broker or registry that is away comes back, so the thread starts again; any other fault ends the process. */
public final class FaultPolicy implements StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FaultPolicy.class);

    private final Consumer<Throwable> fatal;

    public FaultPolicy(Consumer<Throwable> fatal) {
        this.fatal = fatal;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable fault) {
        if (RegistryFaults.passes(fault)) {
            LOG.warn("a stream thread starts again: {}", fault.toString());
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        fatal.accept(fault);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
}
