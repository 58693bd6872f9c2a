package io.xylem.model;

import java.util.List;

/** {@code app.appNamespace.service.serviceNamespace}; each part is 1 to 30 ASCII letters or digits (Oakestra's rule). */
public record ServiceName(String app, String appNamespace, String service, String serviceNamespace)
        implements Comparable<ServiceName> {
    private static final int PART_MAX_CHARS = 30;

    public ServiceName {
        for (String part : List.of(app, appNamespace, service, serviceNamespace)) {
            if (!isPart(part)) {
                throw new IllegalArgumentException("'" + part
                        + "' is not a part of a service name: app.appNamespace.service.serviceNamespace, each 1 to 30"
                        + " letters or digits");
            }
        }
    }

    /** By hand: names are read several times an event, and a regular expression was a good part of it. */
    private static boolean isPart(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isAllowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!isAllowed) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= PART_MAX_CHARS;
    }

    /** Reads the dotted form. @throws IllegalArgumentException saying what is allowed */
    public static ServiceName parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("'" + text + "' is not a service name: it has " + parts.length
                    + " parts, not the four of app.appNamespace.service.serviceNamespace");
        }
        return new ServiceName(parts[0], parts[1], parts[2], parts[3]);
    }

    @Override
    public int compareTo(ServiceName other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return app + "." + appNamespace + "." + service + "." + serviceNamespace;
    }
}
