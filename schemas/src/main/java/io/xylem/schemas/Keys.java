package io.xylem.schemas;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;

/**
 * Record keys of the state topics and of worker-status:
 *
 * <pre>
 *  main|worker|w1     main|service|A.prod.S.prod     main|instance|A.prod.S.prod|1
 *  worker-status also:  main|interest|w1    main|load|w1    main|keys|w1    main|tick|routing
 *  worker-routes:  main|for|w1|service|A.prod.S.prod    main|for|w1|instance|A.prod.S.prod|1
 *                  main|for|w1|load|A.prod.S.prod|1     main|for|w1|address|10.30.0.9
 *  convergence:    main|121
 * </pre>
 */
public final class Keys {
    private static final char SEPARATOR = '|';
    private static final String WORKER = "worker";
    private static final String SERVICE = "service";
    private static final String INSTANCE = "instance";
    private static final String INTEREST = "interest";
    private static final String LOAD = "load";
    private static final String TICK = "tick";
    private static final String OWN_KEYS = "keys";
    private static final String FOR = "for";
    private static final String ADDRESS = "address";

    /** What a key names; all that a record with a null value says of it. */
    public sealed interface Entity {
        String realm();

        record Worker(String realm, String worker) implements Entity {}

        record Service(String realm, ServiceName service) implements Entity {}

        record Instance(String realm, InstanceName instance) implements Entity {}
    }

    /**
     * What a key of worker-routes names.
     *
     * @param key {@code realm|kind|name}, for services and instances the key of the same route in routes
     */
    public record Fed(String realm, String worker, String key) {}

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

    /** Of what the worker asks for. */
    public static String interest(String realm, String worker) {
        return join(realm, INTEREST, part("worker", worker));
    }

    /** Of the keys of the tunnel that the worker says are its own. */
    public static String ownKeys(String realm, String worker) {
        return join(realm, OWN_KEYS, part("worker", worker));
    }

    /** Of the loads that the worker reports. */
    public static String load(String realm, String worker) {
        return join(realm, LOAD, part("worker", worker));
    }

    /** Of the load of one instance; in worker-routes behind {@link #fed}. */
    public static String load(String realm, InstanceName instance) {
        return join(realm, LOAD, instance.service().toString()) + SEPARATOR + instance.number();
    }

    /** Of an address that was asked for; in worker-routes behind {@link #fed}. */
    public static String address(String realm, String address) {
        return join(realm, ADDRESS, part("address", address));
    }

    public static String tick(String realm) {
        return join(realm, TICK, "routing");
    }

    public static String convergence(String realm, long version) {
        return part("realm", realm) + SEPARATOR + version;
    }

    /** The key under which the worker is told of {@code key}, a key of the same realm. */
    public static String fed(String worker, String key) {
        String realm = realmOf(key);
        return fedPrefix(realm, worker) + key.substring(realm.length() + 1);
    }

    /** What all keys of worker-routes begin with that are for the worker. */
    public static String fedPrefix(String realm, String worker) {
        return join(realm, FOR, part("worker", worker)) + SEPARATOR;
    }

    /** Of a key of worker-routes what all keys of the same worker begin with, {@link #fedPrefix}. */
    public static String readerOf(String key) {
        int end = key.indexOf(SEPARATOR);
        for (int part = 1; part < 3 && end >= 0; part++) {
            end = key.indexOf(SEPARATOR, end + 1);
        }
        return key.substring(0, end + 1);
    }

    /** @throws IllegalArgumentException if it is not a key of worker-routes */
    public static Fed parseFed(String key) {
        String[] parts = key.split("\\|", 4);
        if (parts.length != 4 || !parts[1].equals(FOR)) {
            throw new IllegalArgumentException("'" + key + "' is not a key of worker-routes: realm|for|worker|…");
        }
        String realm = part("realm", parts[0]);
        return new Fed(realm, part("worker", parts[2]), realm + SEPARATOR + parts[3]);
    }

    static String realmWorker(String realm, String worker) {
        return part("realm", realm) + SEPARATOR + part("worker", worker);
    }

    private static String join(String realm, String kind, String name) {
        return part("realm", realm) + SEPARATOR + kind + SEPARATOR + name;
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
