package io.xylem.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** {@code --name value} pairs. */
final class Options {
    private final Map<String, String> values = new HashMap<>();

    /** @throws IllegalArgumentException naming what is allowed */
    Options(String[] args, Set<String> allowed) {
        for (int i = 0; i < args.length; i += 2) {
            if (!allowed.contains(args[i]) || i + 1 == args.length) {
                throw new IllegalArgumentException(
                        "'" + args[i] + "' is no option or lacks its value; allowed: " + allowed);
            }
            values.put(args[i], args[i + 1]);
        }
    }

    int number(String name, int otherwise) {
        String value = values.get(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }
}
