package io.xylem.model;

import java.util.Comparator;

/** One replica: a service and a number that is never reused within the service's life. */
public record InstanceName(ServiceName service, int number) implements Comparable<InstanceName> {
    private static final Comparator<InstanceName> ORDER =
            Comparator.comparing(InstanceName::service).thenComparingInt(InstanceName::number);

    public InstanceName {
        if (number < 0) {
            throw new IllegalArgumentException("an instance number is 0 or more, not " + number);
        }
    }

    @Override
    public int compareTo(InstanceName other) {
        return ORDER.compare(this, other);
    }

    /** {@code service#number}, for people. */
    @Override
    public String toString() {
        return service + "#" + number;
    }
}
