package io.xylem.model;

import java.util.List;
import java.util.regex.Pattern;

/** {@code app.appNamespace.service.serviceNamespace}; each part is 1 to 30 ASCII letters or digits (Oakestra's rule). */
public record ServiceName(String app, String appNamespace, String service, String serviceNamespace)
        implements Comparable<ServiceName> {
    private static final Pattern PART = Pattern.compile("[a-zA-Z0-9]{1,30}");

    public ServiceName {
        for (String part : List.of(app, appNamespace, service, serviceNamespace)) {
            if (!PART.matcher(part).matches()) {
                throw new IllegalArgumentException("'" + part
                        + "' is not a part of a service name: app.appNamespace.service.serviceNamespace, each 1 to 30"
                        + " letters or digits");
            }
        }
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
