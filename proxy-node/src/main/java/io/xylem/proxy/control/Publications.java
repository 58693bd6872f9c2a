package io.xylem.proxy.control;

import io.xylem.runtime.HttpEndpoint.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ports of the node that lead to an instance.
 *
 * <pre>
 *  8080:80/tcp   8080:80 (the same)   5353:53/udp
 * </pre>
 */
final class Publications {
    private static final Pattern FORM = Pattern.compile("(\\d{1,5}):(\\d{1,5})(?:/(tcp|udp))?");
    private static final int MOST = 256;

    private Publications() {}

    /**
     * @throws Refused 400 when they are no ports, or one port of the node twice
     */
    static List<Wiring.Port> parse(List<String> texts) {
        if (texts.size() > MOST) {
            throw malformed("an instance publishes " + MOST + " ports at most, not " + texts.size());
        }
        List<Wiring.Port> ports = new ArrayList<>();
        Set<String> ofNode = new LinkedHashSet<>();
        for (String text : texts) {
            Wiring.Port port = parse(text);
            if (!ofNode.add(ofNode(port))) {
                throw malformed("port " + ofNode(port) + " of the node is published twice");
            }
            ports.add(port);
        }
        return ports;
    }

    private static Wiring.Port parse(@Nullable String text) {
        Matcher form = FORM.matcher(text == null ? "" : text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw malformed("a published port is NODE_PORT:INSTANCE_PORT with /tcp or /udp, such as 8080:80/tcp, not '"
                    + text + "'");
        }
        int ofNode = Integer.parseInt(form.group(1));
        int ofInstance = Integer.parseInt(form.group(2));
        if (ofNode < 1 || ofNode > 65_535 || ofInstance < 1 || ofInstance > 65_535) {
            throw malformed("ports are 1 to 65535, not as in '" + text + "'");
        }
        return new Wiring.Port("udp".equals(form.group(3)), ofNode, ofInstance);
    }

    static String text(Wiring.Port port) {
        return port.ofNode() + ":" + port.ofInstance() + "/" + protocol(port);
    }

    static List<String> texts(List<Wiring.Port> ports) {
        return ports.stream().map(Publications::text).toList();
    }

    /**
     * Whether an instance may have these ports of the node.
     *
     * @param known the same instance as it is attached now, or null
     * @throws Refused 409 when another instance has one of them, or something else on the node listens there
     */
    static void check(Desired wanted, @Nullable Desired known, Collection<Desired> all, Wiring wiring)
            throws IOException {
        for (Wiring.Port port : wanted.published()) {
            for (Desired other : all) {
                if (!other.instance().equals(wanted.instance())
                        && other.published().stream()
                                .anyMatch(its -> ofNode(its).equals(ofNode(port)))) {
                    throw new Refused(
                            409,
                            "PORT_PUBLISHED",
                            "port " + ofNode(port) + " of the node leads to " + other.instance()
                                    + ": detach that, or publish another port");
                }
            }
            boolean isOwn = known != null
                    && known.published().stream().anyMatch(its -> ofNode(its).equals(ofNode(port)));
            if (!isOwn && !wiring.isFree(port)) {
                throw new Refused(
                        409,
                        "PORT_IN_USE",
                        "something on the node itself listens on port " + ofNode(port)
                                + ": publish another port (`ss -lntup` in the worker's network namespace shows who it"
                                + " is)");
            }
        }
    }

    private static String ofNode(Wiring.Port port) {
        return port.ofNode() + "/" + protocol(port);
    }

    private static String protocol(Wiring.Port port) {
        return port.isUdp() ? "udp" : "tcp";
    }

    private static Refused malformed(String message) {
        return new Refused(400, "MALFORMED_REQUEST", message);
    }
}
