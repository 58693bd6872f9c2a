package io.xylem.proxy.domain;

import io.xylem.balancing.Candidate;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is known of one service: its addresses, and its instances in the order of their numbers. */
final class ServiceRoutes {
    private static final Target[] NOBODY = new Target[0];

    final ServiceName name;
    final Usage usage = new Usage();

    @Nullable
    ServiceKnown known;
    /** As they were last arranged. */
    List<ServiceAddress> addresses = List.of();

    private boolean arranged;
    private Target[] members = NOBODY;
    private int size;
    private List<Candidate> candidates = List.of();

    ServiceRoutes(ServiceName name) {
        this.name = name;
    }

    @Nullable
    Target member(int number) {
        int at = search(number);
        return at >= 0 ? members[at] : null;
    }

    /** @return what was in its place, or null */
    @Nullable
    Target put(Target target) {
        int at = search(target.route().instance().number());
        if (at >= 0) {
            Target old = members[at];
            members[at] = target;
            return old;
        }
        if (size == members.length) {
            members = Arrays.copyOf(members, size + Math.max(1, size / 4));
        }
        System.arraycopy(members, ~at, members, ~at + 1, size - ~at);
        members[~at] = target;
        size++;
        return null;
    }

    /** @return what was there, or null */
    @Nullable
    Target remove(int number) {
        int at = search(number);
        if (at < 0) {
            return null;
        }
        Target old = members[at];
        System.arraycopy(members, at + 1, members, at, --size - at);
        // Also gives back the room of a service that shrinks.
        members = Arrays.copyOf(members, size);
        return old;
    }

    boolean isEmpty() {
        return known == null && size == 0;
    }

    Stream<Target> members() {
        return Arrays.stream(members, 0, size);
    }

    /** The instance's name, of which it has one only. */
    InstanceName name(InstanceName instance) {
        return new InstanceName(name, instance.number());
    }

    /** Whether it was known when the addresses were last made. */
    boolean isArranged() {
        return arranged;
    }

    /** Makes the addresses anew, with the instances that there are now. */
    void arrange() {
        Target[] found = new Target[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (members[i].usable()) {
                found[count++] = members[i];
            }
        }
        Target[] usable = Arrays.copyOf(found, count);
        Candidate[] each = new Candidate[count];
        for (int i = 0; i < count; i++) {
            each[i] = usable[i].candidate();
        }
        List<Candidate> candidatesNow = List.of(each);
        if (!candidatesNow.equals(candidates)) {
            candidates = candidatesNow; // else the old one: a policy keeps what it worked out of it
        }
        arranged = known != null;
        if (known == null) {
            addresses = List.of();
            return;
        }
        List<ServiceAddress> current = new ArrayList<>(known.serviceIps().size());
        for (ServiceIp ip : known.serviceIps()) {
            current.add(new ServiceAddress(
                    name, ip.ipType(), ip.address(), candidates, usable, size, known.version(), usage));
        }
        addresses = current;
    }

    private int search(int number) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = members[middle].route().instance().number();
            if (found == number) {
                return middle;
            }
            if (found < number) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return ~low;
    }
}
