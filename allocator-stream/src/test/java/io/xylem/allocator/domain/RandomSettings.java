package io.xylem.allocator.domain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Settings for {@link RandomEvents}: small pools, their extensions, and every kind of text that must be refused. */
final class RandomSettings {
    private static final Map<String, List<String>> TEXTS = new LinkedHashMap<>();

    static {
        TEXTS.put(
                "service.v4",
                List.of(
                        "10.30.0.0/28",
                        "10.30.0.0/28,10.31.0.0/29",
                        "10.30.0.0/28, 10.31.0.0/29 ,10.32.0.0/30",
                        "10.31.0.0/29,10.30.0.0/29",
                        "10.40.0.0/28,10.30.0.0/28",
                        "10.30.0.0/28,10.30.0.8/29",
                        "10.18.0.8/29",
                        "10.30.0.1/28",
                        "10.30.0.0/31",
                        "127.0.0.0/28",
                        ""));
        TEXTS.put(
                "worker.v4",
                List.of(
                        "10.18.0.0/27",
                        "10.18.0.0/27,10.19.0.0/29",
                        "10.18.0.0/27,10.19.0.0/29,10.17.0.0/30",
                        "10.19.0.0/28,10.18.0.0/28",
                        "10.30.0.0/16",
                        "10.18.0.0/33",
                        "224.0.0.0/24"));
        TEXTS.put("worker.v4.length", List.of("29", "28", "30", "31", "x"));
        TEXTS.put(
                "worker.v6",
                List.of("fc00::/8,fd00::/9", "fd10::/56", "fd20::/119", "fc00::/7", "fdfe:1::/32", "fc00"));
        TEXTS.put("worker.v6.length", List.of("120", "64", "126", "127", "127.0"));
        TEXTS.put(
                "instance.v6",
                List.of(
                        "fdff::/21,fdff:800::/21",
                        "fdff:9000::/125",
                        "fdff:9000::/125,fdff:9100::/125",
                        "fdff:9000::/125,fdff:9100::/125,fdff:9200::/64",
                        "fdff:2000::/125",
                        "fdff:4700::/32",
                        "fdff:9000::1/125"));
        for (String policy : List.of("RR", "closest")) {
            String at = policy.equals("RR") ? "7" : "8";
            TEXTS.put(
                    "service.v6." + policy,
                    List.of(
                            policy.equals("RR") ? "fdff:2000::/21" : "fdff:1000::/21",
                            "fdff:" + at + "000::/126",
                            "fdff:" + at + "000::/126,fdff:6000::/126",
                            "fdff:" + at + "000::/126,fdff:" + at + "100::/64",
                            "fe80::/64",
                            "10.30.0.0/28"));
        }
        TEXTS.put("rest.ms", List.of("60000", "60000", "20000", "90000", "10000", "0", "-1", "32140800001"));
        TEXTS.put("rest.confirmed.ms", List.of("10000", "10000", "0", "20000", "30000", "1m"));
        TEXTS.put("event.memory.ms", List.of("86400000", "60000", "0"));
        TEXTS.put("service.v6.fastest", List.of("fdff:7000::/21"));
    }

    private RandomSettings() {}

    static Event draw(Random random) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> names = List.copyOf(TEXTS.keySet());
        for (int more = random.nextInt(3); more >= 0; more--) {
            String name = names.get(random.nextInt(names.size()));
            List<String> texts = TEXTS.getOrDefault(name, List.of());
            settings.put(name, texts.get(random.nextInt(texts.size())));
        }
        return new Event.RealmConfigured(settings);
    }
}
