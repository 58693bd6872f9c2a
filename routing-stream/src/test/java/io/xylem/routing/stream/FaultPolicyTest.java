package io.xylem.routing.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.Test;

class FaultPolicyTest {
    private final List<Throwable> fatal = new ArrayList<>();
    private final FaultPolicy policy = new FaultPolicy(fatal::add);

    @Test
    void aRegistryOrBrokerThatIsAwayIsWaitedFor() {
        Exception away = new SerializationException("registry", new ConnectException("refused"));
        assertThat(policy.handle(new StreamsException("task", away)))
                .isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
        assertThat(policy.handle(new StreamsException("task", new TimeoutException("broker"))))
                .isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
        assertThat(fatal).isEmpty();
    }

    @Test
    void aFaultOfOurOwnEndsTheProcess() {
        Exception bug = new IllegalStateException("bug");
        assertThat(policy.handle(bug)).isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        assertThat(fatal).containsExactly(bug);
    }
}
