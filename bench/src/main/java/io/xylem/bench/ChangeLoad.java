package io.xylem.bench;

import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Which workers of a full realm are real, what they want, and changes that concern nobody else: readiness of instances
 * that a real worker hosts, of services that real workers want. Each real worker wants one service of a hundred, and each
 * of those services is wanted by as many workers as if all of the realm wanted one of a hundred.
 */
final class ChangeLoad {
    private static final int WANTED_PERCENT = 1;

    private final Space space;
    private final int real;
    private final int wantedByEach;
    private final int wantedServices;
    private final List<Integer> instances;
    private int changes;

    /** @param space with {@code instances}, all of its realm */
    ChangeLoad(Space space, int instances, int real) {
        this.space = space;
        this.real = Math.min(real, space.workers());
        wantedByEach = Math.max(1, space.services() * WANTED_PERCENT / 100);
        int wantingEach = Math.clamp((long) space.workers() * WANTED_PERCENT / 100, 1, this.real);
        wantedServices = Math.clamp((long) this.real * wantedByEach / wantingEach, 1, space.services());
        this.instances = IntStream.range(0, instances)
                .filter(n -> n % space.workers() < this.real && n % space.services() < wantedServices)
                .boxed()
                .toList();
    }

    /** @param concerned the numbers of the real workers that are told of it */
    record Change(Log.Message message, List<Integer> concerned) {}

    int real() {
        return real;
    }

    List<String> workers(int from, int to) {
        return IntStream.range(from, to).mapToObj(space::worker).toList();
    }

    List<ServiceName> wantedBy(int worker) {
        return IntStream.range(0, wantedByEach)
                .mapToObj(n -> ServiceName.parse(space.service((worker * wantedByEach + n) % wantedServices)))
                .toList();
    }

    /** Each of them changes something: instances become ready one after the other, then unready, and so on. */
    List<Change> next(int count) {
        List<Integer> chosen = new ArrayList<>();
        List<Log.Message> messages = Log.messages(IntStream.range(changes, changes + count)
                .mapToObj(n -> {
                    int instance = instances.get(n % instances.size());
                    chosen.add(instance);
                    return space.readiness(instance, n / instances.size() % 2 == 0);
                })
                .toList());
        changes += count;
        return IntStream.range(0, count)
                .mapToObj(n -> new Change(messages.get(n), concerned(chosen.get(n))))
                .toList();
    }

    private List<Integer> concerned(int instance) {
        TreeSet<Integer> workers = new TreeSet<>(List.of(instance % space.workers()));
        int service = instance % space.services();
        IntStream.range(0, real)
                .filter(worker -> Math.floorMod(service - worker * wantedByEach, wantedServices) < wantedByEach)
                .forEach(workers::add);
        return List.copyOf(workers);
    }
}
