package io.xylem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** States as tables: what most people look for first, and more where the table is wide. */
final class StateTables {
    private StateTables() {}

    static Table of(GetCommand.Kind kind, List<ObjectNode> items, boolean wide, boolean realms) {
        Columns columns = new Columns();
        if (realms) {
            columns.add("REALM", "realm");
        }
        switch (kind) {
            case services -> {
                Table table = new Table(services(columns, wide));
                items.forEach(item -> addServiceIps(table, item, wide, realms));
                return table;
            }
            case instances -> instances(columns, wide);
            case workers -> workers(columns, wide);
            case routes -> routes(columns, wide);
        }
        return columns.table(items);
    }

    private static List<String> services(Columns columns, boolean wide) {
        columns.add("SERVICE", "service").add("POLICY", "").add("IPV4", "").add("IPV6", "");
        if (wide) {
            columns.add("VERSION", "version");
        }
        return columns.names();
    }

    /** A line for each of the service's addresses. */
    private static void addServiceIps(Table table, ObjectNode service, boolean wide, boolean realms) {
        for (JsonNode ip : service.path("serviceIps")) {
            var row = new ArrayList<String>();
            if (realms) {
                row.add(service.path("realm").asText());
            }
            row.add(service.path("service").asText());
            row.add(ip.path("IpType").asText());
            row.add(ip.path("Address").asText());
            row.add(ip.path("Address_v6").asText());
            if (wide) {
                row.add(service.path("version").asText());
            }
            table.row(row);
        }
    }

    private static void instances(Columns columns, boolean wide) {
        columns.add("SERVICE", "service")
                .add("INSTANCE", "instance")
                .add("STATE", "readiness")
                .add("WORKER", "worker")
                .add("INSTANCE-IP", "instanceIp/v4")
                .add("NAMESPACE-IP", "namespaceIp/v4");
        if (wide) {
            columns.add("INSTANCE-IPV6", "instanceIp/v6")
                    .add("NAMESPACE-IPV6", "namespaceIp/v6")
                    .add("VERSION", "version");
        }
    }

    private static void workers(Columns columns, boolean wide) {
        columns.add("WORKER", "worker")
                .add("CLUSTER", "cluster")
                .add("UNDERLAY", "underlay/address")
                .add("PORT", "underlay/port")
                .add("SUBNET", "subnet/v4")
                .add("LOST", "lost");
        if (wide) {
            columns.add("SUBNET-IPV6", "subnet/v6")
                    .add("ZONE", "zone")
                    .add("LATITUDE", "location/latitude")
                    .add("LONGITUDE", "location/longitude")
                    .add("VERSION", "version")
                    .add("FEED", "progress/feed")
                    .add("APPLIED", "progress/applied")
                    .add("BEHIND", "progress/behind")
                    .add("SINCE", "progress/waitingSince")
                    .add("HEARD", "progress/heard");
        }
    }

    private static void routes(Columns columns, boolean wide) {
        columns.add("SERVICE", "service")
                .add("INSTANCE", "instance")
                .add("STATE", "readiness")
                .add("ADDRESS", "instanceIp/v4", "serviceIps/0/Address")
                .add("NAMESPACE-IP", "namespaceIp/v4")
                .add("WORKER", "worker")
                .add("UNDERLAY", "underlay/address")
                .add("VERSION", "version");
        if (wide) {
            columns.add("ADDRESS-IPV6", "instanceIp/v6", "serviceIps/0/Address_v6")
                    .add("NAMESPACE-IPV6", "namespaceIp/v6")
                    .add("PORT", "underlay/port")
                    .add("CLUSTER", "cluster")
                    .add("ZONE", "zone");
        }
    }

    /** Headings, and where in the JSON their cells are: the first of the paths that is there. */
    private static final class Columns {
        private record Column(String name, List<String> paths) {
            String cell(ObjectNode item) {
                return paths.stream()
                        .map(path -> item.at("/" + path))
                        .filter(node -> !node.isMissingNode())
                        .findFirst()
                        .map(JsonNode::asText)
                        .orElse("");
            }
        }

        private final List<Column> columns = new ArrayList<>();

        Columns add(String name, String... paths) {
            columns.add(new Column(name, List.of(paths)));
            return this;
        }

        List<String> names() {
            return columns.stream().map(Column::name).toList();
        }

        Table table(List<ObjectNode> items) {
            Table table = new Table(names());
            items.forEach(item ->
                    table.row(columns.stream().map(column -> column.cell(item)).toList()));
            return table;
        }
    }
}
