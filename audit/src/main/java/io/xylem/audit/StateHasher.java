package io.xylem.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The hash of a realm's state (docs/state-hash.md): the sum of the SHA-256 of each entry's text, as numbers modulo 2^256.
 * An entity is digested when a hash is asked for, not each time it changes.
 */
final class StateHasher {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);
    private static final int HEX_DIGITS = 64;

    private final Map<String, BigInteger> digests = new HashMap<>();
    private final Map<String, Optional<Entity>> changed = new HashMap<>();
    private final MessageDigest sha256;
    private BigInteger sum = BigInteger.ZERO;

    StateHasher() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    void change(Change change) {
        changed.put(change.key(), Optional.ofNullable(change.after()));
    }

    String hash() {
        changed.forEach((key, entity) -> {
            BigInteger before = digests.remove(key);
            if (before != null) {
                sum = sum.subtract(before);
            }
            if (entity.isPresent()) {
                BigInteger digest = new BigInteger(1, sha256.digest((key + " " + text(entity.get())).getBytes(UTF_8)));
                digests.put(key, digest);
                sum = sum.add(digest);
            }
        });
        changed.clear();
        String digits = sum.mod(MODULUS).toString(16);
        return "0".repeat(HEX_DIGITS - digits.length()) + digits;
    }

    private static String text(Entity entity) {
        return switch (entity) {
            case Entity.Worker w ->
                w.cluster() + " " + w.underlay() + " " + (w.zone() == null ? "-" : w.zone()) + " "
                        + (w.location() == null
                                ? "- -"
                                : w.location().latitude() + " " + w.location().longitude())
                        + " " + w.subnet().v4() + " " + w.subnet().v6() + " " + w.lost();
            case Entity.Service s ->
                s.ips().stream()
                        .sorted(Comparator.comparing(io.xylem.model.ServiceIp::ipType))
                        .map(ip -> ip.ipType() + "=" + ip.address().v4() + ","
                                + ip.address().v6())
                        .collect(Collectors.joining(";"));
            case Entity.Instance i ->
                i.worker() + " " + i.instanceIp() + " " + i.namespaceIp() + " " + i.state()
                        + (i.weight() == 1 ? "" : " " + i.weight());
        };
    }
}
