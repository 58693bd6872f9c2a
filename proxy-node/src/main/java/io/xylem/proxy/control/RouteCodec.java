package io.xylem.proxy.control;

import io.xylem.balancing.Site;
import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Host;
import io.xylem.proxy.domain.RouteUpdate;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Routes as bytes. Services and workers stand once, before the routes that name them by their position:
 *
 * <pre>
 *  count i32 | service names      count i32 | workers      count i32 | routes: kind i8, …, version i64
 * </pre>
 */
final class RouteCodec {
    // Kinds of a route; never reused.
    private static final byte INSTANCE_AT = 1;
    private static final byte INSTANCE_WITHDRAWN = 2;
    private static final byte SERVICE_KNOWN = 3;
    private static final byte SERVICE_WITHDRAWN = 4;

    private RouteCodec() {}

    static void write(DataOutputStream out, List<RouteUpdate> updates) throws IOException {
        Map<ServiceName, Integer> services = new LinkedHashMap<>();
        Map<Host, Integer> hosts = new LinkedHashMap<>();
        for (RouteUpdate update : updates) {
            services.putIfAbsent(service(update), services.size());
            if (update instanceof RouteUpdate.InstanceAt at) {
                hosts.putIfAbsent(at.host(), hosts.size());
            }
        }
        out.writeInt(services.size());
        for (ServiceName service : services.keySet()) {
            out.writeUTF(service.toString());
        }
        out.writeInt(hosts.size());
        for (Host host : hosts.keySet()) {
            write(out, host);
        }
        out.writeInt(updates.size());
        for (RouteUpdate update : updates) {
            write(out, update, services.getOrDefault(service(update), 0), hosts);
        }
    }

    static List<RouteUpdate> read(DataInputStream in) throws IOException {
        int serviceCount = in.readInt();
        List<ServiceName> services = new ArrayList<>();
        for (int i = 0; i < serviceCount; i++) {
            services.add(ServiceName.parse(in.readUTF()));
        }
        int hostCount = in.readInt();
        List<Host> hosts = new ArrayList<>();
        for (int i = 0; i < hostCount; i++) {
            hosts.add(readHost(in));
        }
        int count = in.readInt();
        List<RouteUpdate> updates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte kind = in.readByte();
            updates.add(readUpdate(in, kind, services.get(in.readInt()), hosts));
        }
        return updates;
    }

    private static ServiceName service(RouteUpdate update) {
        return switch (update) {
            case RouteUpdate.OfInstance of -> of.instance().service();
            case RouteUpdate.OfService of -> of.service();
        };
    }

    private static void write(DataOutputStream out, RouteUpdate update, int service, Map<Host, Integer> hosts)
            throws IOException {
        switch (update) {
            case RouteUpdate.InstanceAt at -> {
                out.writeByte(INSTANCE_AT);
                out.writeInt(service);
                out.writeInt(at.instance().number());
                write(out, at.instanceIp());
                write(out, at.namespaceIp());
                out.writeInt(hosts.getOrDefault(at.host(), 0));
                out.writeInt(at.weight());
                out.writeUTF(at.state().name());
                out.writeBoolean(at.workerLost());
            }
            case RouteUpdate.InstanceWithdrawn withdrawn -> {
                out.writeByte(INSTANCE_WITHDRAWN);
                out.writeInt(service);
                out.writeInt(withdrawn.instance().number());
            }
            case RouteUpdate.ServiceKnown known -> {
                out.writeByte(SERVICE_KNOWN);
                out.writeInt(service);
                out.writeInt(known.serviceIps().size());
                for (ServiceIp ip : known.serviceIps()) {
                    out.writeUTF(ip.ipType());
                    write(out, ip.address());
                }
            }
            case RouteUpdate.ServiceWithdrawn _ -> {
                out.writeByte(SERVICE_WITHDRAWN);
                out.writeInt(service);
            }
        }
        out.writeLong(update.version());
    }

    private static RouteUpdate readUpdate(DataInputStream in, byte kind, ServiceName service, List<Host> hosts)
            throws IOException {
        return switch (kind) {
            case INSTANCE_AT -> {
                InstanceName instance = new InstanceName(service, in.readInt());
                DualAddress instanceIp = readAddress(in);
                DualAddress namespaceIp = readAddress(in);
                Host host = hosts.get(in.readInt());
                int weight = in.readInt();
                InstanceState state = InstanceState.valueOf(in.readUTF());
                boolean workerLost = in.readBoolean();
                yield new RouteUpdate.InstanceAt(
                        instance, instanceIp, namespaceIp, host, weight, state, in.readLong(), workerLost);
            }
            case INSTANCE_WITHDRAWN ->
                new RouteUpdate.InstanceWithdrawn(new InstanceName(service, in.readInt()), in.readLong());
            case SERVICE_KNOWN -> {
                int count = in.readInt();
                List<ServiceIp> ips = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    ips.add(new ServiceIp(in.readUTF(), readAddress(in)));
                }
                yield new RouteUpdate.ServiceKnown(service, ips, in.readLong());
            }
            case SERVICE_WITHDRAWN -> new RouteUpdate.ServiceWithdrawn(service, in.readLong());
            default -> throw new IOException("it has a route of unknown kind " + kind);
        };
    }

    private static void write(DataOutputStream out, Host host) throws IOException {
        Site site = host.site();
        out.writeUTF(site.worker());
        out.writeBoolean(site.zone() != null);
        if (site.zone() != null) {
            out.writeUTF(site.zone());
        }
        out.writeBoolean(site.location() != null);
        if (site.location() != null) {
            out.writeDouble(site.location().latitude());
            out.writeDouble(site.location().longitude());
        }
        out.writeUTF(host.underlay().address());
        out.writeInt(host.underlay().port());
    }

    private static Host readHost(DataInputStream in) throws IOException {
        String worker = in.readUTF();
        @Nullable String zone = in.readBoolean() ? in.readUTF() : null;
        @Nullable Location location = in.readBoolean() ? new Location(in.readDouble(), in.readDouble()) : null;
        return new Host(new Site(worker, zone, location), new Endpoint(in.readUTF(), in.readInt()));
    }

    private static void write(DataOutputStream out, DualAddress address) throws IOException {
        out.writeInt(address.v4().bits());
        out.writeLong(address.v6().high());
        out.writeLong(address.v6().low());
    }

    private static DualAddress readAddress(DataInputStream in) throws IOException {
        return new DualAddress(new Ipv4(in.readInt()), new Ipv6(in.readLong(), in.readLong()));
    }
}
