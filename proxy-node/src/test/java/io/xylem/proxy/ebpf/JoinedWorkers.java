package io.xylem.proxy.ebpf;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static java.util.Objects.requireNonNull;

import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Two workers, by Java and by the programs: a client on the first, a server on the second. */
@SuppressWarnings("NullAway.Init") // each test begins with join()
abstract class JoinedWorkers {
    final TestOverlay overlay = new TestOverlay();
    TestOverlay.Worker w1;
    TestOverlay.Worker w2;
    TestPrograms p1;
    TestPrograms p2;
    InstanceAt client;
    InstanceAt server;

    @AfterEach
    void close() {
        for (TestPrograms programs : p2 == null ? List.<TestPrograms>of() : List.of(p1, p2)) {
            programs.close();
        }
    }

    /** @param underlay what the workers' addresses begin with */
    final void join(String underlay) throws IOException {
        w1 = overlay.worker("w1", underlay + 1);
        w2 = overlay.worker("w2", underlay + 2);
        p1 = TestPrograms.orSkip(w1);
        p2 = TestPrograms.orSkip(w2);
        client = overlay.place(C, 1, w1, InstanceState.SCHEDULED);
        server = overlay.place(S, 1, w2, InstanceState.READY);
    }

    /** From the client, and taken by the second worker. @return what was in the tunnel */
    final byte[] throughJava(byte[] packet) {
        w1.send(packet);
        byte[] tunnelled = requireNonNull(overlay.underlay.poll(w2.endpoint));
        overlay.underlay.send(w1.endpoint, w2.endpoint, tunnelled);
        w2.work();
        w2.delivered();
        return tunnelled;
    }
}
