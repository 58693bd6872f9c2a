package io.xylem.schemas;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;

/**
 * Record keys of the state topics and of worker-status:
 *
 * <pre>
 *  main|worker|w1     main|service|A.prod.S.prod     main|instance|A.prod.S.prod|1
 * </pre>
 */
public final class Keys {
    private static final char SEPARATOR = '|';
    private static final String WORKER = "worker";
    private static final String SERVICE = "service";
    private static final String INSTANCE = "instance";

    /** What a key names; all that a record with a null value says of it. */
    public sealed interface Entity {
        String realm();

        record Worker(String realm, String worker) implements Entity {}

        record Service(String realm, ServiceName service) implements Entity {}

        record Instance(String realm, InstanceName instance) implements Entity {}
    }

    private Keys() {}

    public static String worker(String realm, String worker) {
        return part("realm", realm) + SEPARATOR + WORKER + SEPARATOR + part("worker", worker);
    }

    public static String service(String realm, String service) {
        return part("realm", realm) + SEPARATOR + SERVICE + SEPARATOR + part("service", service);
    }

    public static String service(String realm, ServiceName service) {
        return service(realm, service.toString());
    }

    public static String instance(String realm, String service, int number) {
        return part("realm", realm) + SEPARATOR + INSTANCE + SEPARATOR + part("service", service) + SEPARATOR + number;
    }

    public static String instance(String realm, InstanceName instance) {
        return instance(realm, instance.service().toString(), instance.number());
    }

    /** What comes before the first {@code |}; the whole key where there is none, as in deployment-events. */
    public static String realmOf(String key) {
        int end = key.indexOf(SEPARATOR);
        return end < 0 ? key : key.substring(0, end);
    }

    /** @throws IllegalArgumentException if it is not one of the three forms, saying which there are */
    public static Entity parse(String key) {
        String[] parts = key.split("\\|", -1);
        if (parts.length == 3 && parts[1].equals(WORKER)) {
            return new Entity.Worker(part("realm", parts[0]), part("worker", parts[2]));
        }
        if (parts.length == 3 && parts[1].equals(SERVICE)) {
            return new Entity.Service(part("realm", parts[0]), ServiceName.parse(parts[2]));
        }
        if (parts.length == 4 && parts[1].equals(INSTANCE) && parts[3].matches("\\d{1,9}|[12]\\d{9}")) {
            return new Entity.Instance(
                    part("realm", parts[0]), new InstanceName(ServiceName.parse(parts[2]), Integer.parseInt(parts[3])));
        }
        throw new IllegalArgumentException("'" + key + "' is not a record key: realm|worker|name, realm|service|name,"
                + " or realm|instance|service|number");
    }

    private static String part(String what, String text) {
        if (text.isEmpty() || text.indexOf(SEPARATOR) >= 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' can't be the " + what + " of a key: empty, or has a '|'");
        }
        return text;
    }
}
