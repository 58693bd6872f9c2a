package io.xylem.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.audit.Entity;
import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an address meant at a moment of the log. Which instance a flow got only its worker knew, and it doesn't keep
 * that; who could get it follows from the log.
 */
final class PastState {
    private final List<Entity.Instance> instances = new ArrayList<>();
    private final List<Entity.Service> services = new ArrayList<>();
    private final Set<String> lost = new HashSet<>();
    private final long version;

    PastState(List<Entity> entities) {
        for (Entity entity : entities) {
            switch (entity) {
                case Entity.Instance instance -> instances.add(instance);
                case Entity.Service service -> services.add(service);
                case Entity.Worker worker -> {
                    if (worker.lost()) {
                        lost.add(worker.name());
                    }
                }
            }
        }
        version = entities.stream().mapToLong(Entity::version).max().orElse(-1);
    }

    /** Without port and protocol, spelt as Xylem spells it. */
    static String address(String end) {
        int slash = end.indexOf('/');
        String text = slash < 0 ? end : end.substring(0, slash);
        if (text.startsWith("[")) {
            text = text.substring(1, Math.max(1, text.indexOf(']')));
        } else if (text.indexOf(':') == text.lastIndexOf(':') && text.indexOf(':') > 0) {
            text = text.substring(0, text.indexOf(':'));
        }
        try {
            return text.indexOf(':') < 0 ? text : Ipv6.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    "'" + end + "' is no address with a port and a protocol, e.g. 10.30.0.1:80/tcp: " + e.getMessage());
        }
    }

    /** The same fields as a worker's answer, as far as they are known. */
    ObjectNode explain(String from, String to) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("tableVersion", version);
        for (Entity.Instance instance : instances) {
            if (has(instance.namespaceIp(), from)) {
                node.put("client", name(instance));
            }
        }
        for (Entity.Service service : services) {
            ServiceIp ip = dialled(service, to);
            if (ip != null) {
                List<Entity.Instance> usable = instances.stream()
                        .filter(instance -> instance.service().equals(service.name()))
                        .filter(instance -> isUsable(instance, InstanceState.READY))
                        .toList();
                node.put("service", service.name()).put("policy", ip.ipType());
                return outcome(
                        node,
                        usable,
                        "each of the candidates could get a new flow; which one a worker chose is not in the log");
            }
        }
        for (Entity.Instance instance : instances) {
            if (has(instance.instanceIp(), to)) {
                boolean isReachable =
                        isUsable(instance, InstanceState.READY) || isUsable(instance, InstanceState.DRAINING);
                node.put("instance", name(instance)).put("worker", instance.worker());
                return outcome(node, isReachable ? List.of(instance) : List.of(), "an instance IP means this instance");
            }
        }
        return node.put("drop", "UNKNOWN_DESTINATION").put("reason", "nobody had the address " + to);
    }

    private static ObjectNode outcome(ObjectNode node, List<Entity.Instance> usable, String reason) {
        if (usable.isEmpty()) {
            return node.put("drop", "NO_USABLE_INSTANCE")
                    .put("reason", "no instance was ready on a worker that was heard");
        }
        node.put("reason", reason);
        ArrayNode candidates = node.putArray("candidates");
        usable.forEach(instance -> candidates
                .addObject()
                .put("instance", name(instance))
                .put("worker", instance.worker())
                .put("weight", instance.weight()));
        return node;
    }

    private boolean isUsable(Entity.Instance instance, InstanceState state) {
        return instance.state() == state && !lost.contains(instance.worker());
    }

    private static @Nullable ServiceIp dialled(Entity.Service service, String to) {
        return service.ips().stream()
                .filter(ip -> has(ip.address(), to))
                .findFirst()
                .orElse(null);
    }

    private static boolean has(DualAddress address, String text) {
        return address.v4().toString().equals(text) || address.v6().toString().equals(text);
    }

    private static String name(Entity.Instance instance) {
        return instance.service() + "#" + instance.number();
    }
}
