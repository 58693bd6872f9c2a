package io.xylem.acceptance;

import io.xylem.publish.XylemPublisher;
import io.xylem.runtime.Settings;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.ServiceRemoved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;

/**
 * An orchestrator: {@code Load WORKERS FILE} publishes services that come and go on the workers {@code f1} to {@code
 * fWORKERS}, until {@code FILE.stop} is there. FILE holds how many events have their outcome by now. An event of which no
 * outcome is heard in time is published again, as its publisher should. In the end it reads the log, and prints {@code
 * published acknowledged again missing unanswered answeredTwice}.
 */
final class Load {
    private static final String REALM = "main";
    /** So many services are there at once. */
    private static final int SERVICES = 50;
    /** About 100 events a second: it's faults that are looked for, not speed. */
    private static final int TURN_MS = 25;

    private final XylemPublisher publisher;
    private final Path file;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong again = new AtomicLong();

    private Load(XylemPublisher publisher, Path file) {
        this.publisher = publisher;
        this.file = file;
    }

    public static void main(String[] args) throws Exception {
        Map<String, Object> config =
                Settings.load(Settings.common(), new String[0]).client("");
        var limits = new XylemPublisher.Limits(256, Duration.ofMinutes(1));
        try (var publisher = new XylemPublisher(config, config, limits)) {
            var load = new Load(publisher, Path.of(args[1]));
            load.run(Integer.parseInt(args[0]));
            LogCheck check = LogCheck.of(config, load.acknowledged);
            System.out.println(String.join(
                    " ",
                    load.published.toString(),
                    Integer.toString(load.acknowledged.size()),
                    load.again.toString(),
                    Integer.toString(check.missing()),
                    Integer.toString(check.unanswered()),
                    Integer.toString(check.answeredTwice())));
        }
    }

    private void run(int workers) throws IOException, InterruptedException {
        Path stop = Path.of(file + ".stop");
        var never = new CountDownLatch(1);
        for (int i = 1; !Files.exists(stop); i++) {
            String service = service(i);
            publish(new ServiceRegistered(service, List.of()));
            publish(new InstanceScheduled(service, 1, "f" + (i % workers + 1), 1));
            if (i > SERVICES) {
                publish(new InstanceRemoved(service(i - SERVICES), 1));
                publish(new ServiceRemoved(service(i - SERVICES)));
            }
            progress();
            var _ = never.await(TURN_MS, TimeUnit.MILLISECONDS);
        }
        while (acknowledged.size() < published.get()) {
            progress();
            var _ = never.await(TURN_MS, TimeUnit.MILLISECONDS);
        }
    }

    private static String service(int number) {
        return "load.prod.s" + number + ".prod";
    }

    private void publish(SpecificRecord body) {
        var event = new DeploymentEvent(REALM, UUID.randomUUID().toString(), System.currentTimeMillis(), body);
        published.incrementAndGet();
        publish(event);
    }

    private void publish(DeploymentEvent event) {
        var _ = publisher.publish(event).whenComplete((Outcome outcome, Throwable fault) -> {
            if (fault == null) {
                acknowledged.add(event.getId());
            } else {
                System.err.println("event " + event.getId() + " is published again: " + fault);
                again.incrementAndGet();
                publish(event);
            }
        });
    }

    private void progress() throws IOException {
        Path next = Path.of(file + ".next");
        Files.writeString(next, acknowledged.size() + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
