package io.xylem.audit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Settings events: pools that grow a little, or would change in other ways, times, and what is no setting at all. */
final class RandomSettings {
    private static final List<String> SERVICE_V4 =
            List.of("10.30.0.0/28", "10.30.1.0/30", "10.30.0.64/30", "10.29.0.0/30", "10.30.0.80/29", "10.18.0.8/30");
    private static final List<String> WORKER_V4 =
            List.of("10.18.0.0/27", "10.19.0.0/30", "10.17.0.0/29", "10.20.0.0/28");
    private static final List<String> INSTANCE_V6 = List.of("fdff::/126", "fdff:0:0:9::/124", "fdff:800::/64");
    private static final List<String> RR_V6 = List.of("fdff:2000::/126", "fdff:2000:0:1::/125", "fdff:2001::/80");
    private static final List<String> CLOSEST_V6 = List.of("fdff:1000::/64", "fdff:1001::/124");
    private static final List<String> WORKER_V6 = List.of("fc00::/64", "fd00::/32");

    private final Random random;

    RandomSettings(Random random) {
        this.random = random;
    }

    Map<String, String> next() {
        Map<String, String> settings = new HashMap<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            one(settings);
        }
        return random.nextInt(20) == 0 ? Map.of() : settings;
    }

    private void one(Map<String, String> settings) {
        switch (random.nextInt(16)) {
            case 0, 1 -> settings.put("service.v4", some(SERVICE_V4));
            case 2 -> settings.put("worker.v4", some(WORKER_V4));
            case 3 -> settings.put("instance.v6", some(INSTANCE_V6));
            case 4 -> settings.put("service.v6.RR", some(RR_V6));
            case 5 -> settings.put("service.v6.closest", some(CLOSEST_V6));
            case 6 -> settings.put("worker.v6", some(WORKER_V6));
            case 7 -> settings.put("worker.v4.length", any("28", "29", "30", "31"));
            case 8 -> settings.put("worker.v6.length", any("120", "124", "126", "64", "68", "127"));
            case 9, 10 -> settings.put("rest.ms", any("1000", "20000", "60000", "90000"));
            case 11 -> settings.put("rest.confirmed.ms", any("0", "5000", "10000", "70000"));
            case 12 -> settings.put("event.memory.ms", any("86400000", "20000", "60000"));
            case 13 ->
                settings.put(
                        "service.v4",
                        any("10.30.0.1/28", "10.30.0.0/31", "", "10.18.0.0/28", "10.30.0.0", "127.0.0.0/24"));
            case 14 ->
                settings.put(
                        "instance.v6", any("fdff:2000::/100", "::/0", "fdff:4000::/64", "fdff::/127", "10.30.0.0/28"));
            default -> settings.put(any("rest.s", "rest.ms", "service.v6.rr", "Rest.ms"), any("1m", "-1", ""));
        }
    }

    /** The first few of them; sometimes in another order. */
    private String some(List<String> prefixes) {
        List<String> first = prefixes.subList(0, 1 + random.nextInt(prefixes.size()));
        return String.join(random.nextBoolean() ? "," : ", ", random.nextInt(8) == 0 ? first.reversed() : first);
    }

    private String any(String... texts) {
        return texts[random.nextInt(texts.length)];
    }
}
