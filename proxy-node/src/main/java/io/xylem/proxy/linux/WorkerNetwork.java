package io.xylem.proxy.linux;

import io.xylem.model.DualAddress;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import io.xylem.proxy.domain.SegmentSizes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The interfaces of a worker. Everything is set as desired and may be set again: after a restart of the proxy the same
 * calls find what is there and keep it, so running instances notice nothing.
 *
 * <pre>
 *  worker's namespace                                             instance's namespace
 *  ┌──────────────────────────────────────────────────┐           ┌──────────────────────────────┐
 *  │ xylem0 (TUN)  ◄─ routes of the semantic prefixes │   veth    │ eth0  namespace IPs /32 /128 │
 *  │ xv0a121e41  169.254.1.1/32  fe80::1/64 ──────────┼───────────┤   default via 169.254.1.1    │
 *  │   ◄─ routes of the instance's namespace IPs      │           │   default via fe80::1        │
 *  └──────────────────────────────────────────────────┘           └──────────────────────────────┘
 * </pre>
 *
 * The host side is named after the instance's namespace IPv4 in hexadecimal: unique on the worker, and found again
 * without a list. Both ends have fixed hardware addresses, so a neighbour entry outlives the interface, and the
 * instance's tells whose peer it is.
 *
 * <p>An instance can send only from its own addresses: reverse path filtering drops the rest in IPv4, two routing rules
 * in IPv6, where the kernel has no such switch.
 */
public final class WorkerNetwork {
    public static final int MTU_BYTES = SegmentSizes.LINK_BYTES;

    private static final String GATEWAY_V4 = "169.254.1.1";
    private static final String GATEWAY_V6 = "fe80::1";
    private static final String INSTANCE_INTERFACE = "eth0";
    static final String HOST_SIDE = "xv";
    /** Locally administered; "xyl" and a number, or "x", "v" less the two bits, and the namespace IPv4. */
    private static final String HOST_SIDE_MAC = "02:78:79:6c:00:01";

    private static final String INSTANCE_SIDE_MAC = "0a:78";
    /** After the rule of local addresses (0) and before the main table (32766). */
    private static final int ALLOWED_SOURCE_RULE = 1000;

    private static final int OTHER_SOURCE_RULE = 1001;

    private final NetworkNamespace worker;
    private final int mtuBytes;
    private final int superPacketBytes;

    public WorkerNetwork(NetworkNamespace worker) {
        this(worker, 0);
    }

    /** @param overheadBytes by how much packets are longer in the tunnel, beside the outer headers */
    public WorkerNetwork(NetworkNamespace worker, int overheadBytes) {
        this(worker, MTU_BYTES - overheadBytes, SuperPackets.USUAL_BYTES);
    }

    private WorkerNetwork(NetworkNamespace worker, int mtuBytes, int superPacketBytes) {
        this.worker = worker;
        this.mtuBytes = mtuBytes;
        this.superPacketBytes = superPacketBytes;
    }

    /** The same with super-packets of another length on the interfaces of instances. */
    public WorkerNetwork withSuperPackets(int bytes) {
        return new WorkerNetwork(worker, mtuBytes, bytes);
    }

    /** Switches forwarding on in the worker's namespace, and leads the semantic prefixes into the device. */
    public void prepare(TunDevice device, List<Ipv4Prefix> semanticV4, List<Ipv6Prefix> semanticV6) throws IOException {
        String name = device.name();
        // The device must not speak for itself into the overlay. As a router it would report its groups and announce
        // its address; off in this order, while it is down, it never begins to.
        sysctl(worker, "ipv6/conf/" + name + "/forwarding", "0");
        IpCommand.run(
                worker,
                "link set dev " + name + " multicast off addrgenmode none mtu " + mtuBytes + " txqueuelen 1000");
        sysctl(worker, "ipv6/conf/" + name + "/forwarding", "1");
        sysctl(worker, "ipv6/conf/all/forwarding", "1");
        sysctl(worker, "ipv4/ip_forward", "1");
        List<String> lines = new ArrayList<>();
        lines.add("link set dev " + name + " up");
        semanticV4.forEach(prefix -> lines.add("route replace " + prefix + " dev " + name));
        semanticV6.forEach(prefix -> lines.add("route replace " + prefix + " dev " + name));
        IpCommand.run(worker, lines);
    }

    /**
     * Connects an instance, or makes sure that it is connected.
     *
     * @throws IOException when the namespace can't be entered, or has an {@code eth0} that is not ours
     */
    public void attach(NetworkNamespace instance, DualAddress namespaceIp) throws IOException {
        String host = hostSide(namespaceIp);
        String mac = instanceSideMac(namespaceIp);
        boolean hasHostSide = worker.call(() -> Interfaces.hardwareAddress(host)) != null;
        String found = instance.call(() -> Interfaces.hardwareAddress(INSTANCE_INTERFACE));
        if (found != null && !found.equals(mac)) {
            throw new IOException("network namespace " + instance + " already has an " + INSTANCE_INTERFACE + " ("
                    + found + ") that does not belong to namespace IP " + namespaceIp.v4()
                    + ": detach that instance first, or attach another namespace");
        }
        List<String> lines = new ArrayList<>();
        if (found == null || !hasHostSide) {
            if (hasHostSide) {
                lines.add("link delete dev " + host); // it leads to a namespace that was replaced
            }
            lines.add("link add name " + host + " address " + HOST_SIDE_MAC + " mtu " + mtuBytes
                    + " type veth peer name " + INSTANCE_INTERFACE + " address " + mac + " mtu " + mtuBytes
                    + " netns " + instance.path());
        }
        lines.add("link set dev " + host + " addrgenmode none");
        lines.add("link set dev " + host + " mtu " + mtuBytes); // an earlier process may have had another
        lines.add("link set dev " + host + " up"); // in one line with the mode, it would be up first
        lines.add("address replace " + GATEWAY_V4 + "/32 dev " + host);
        lines.add("address replace " + GATEWAY_V6 + "/64 dev " + host + " nodad");
        lines.add("route replace " + namespaceIp.v4() + "/32 dev " + host);
        lines.add("route replace " + namespaceIp.v6() + "/128 dev " + host);
        IpCommand.run(worker, lines);
        IpCommand.runV6(
                worker,
                "?rule add pref " + ALLOWED_SOURCE_RULE + " iif " + host + " from " + namespaceIp.v6() + " lookup main",
                "?rule add pref " + OTHER_SOURCE_RULE + " iif " + host + " prohibit");
        sysctl(worker, "ipv4/conf/" + host + "/rp_filter", "1"); // strict (RFC 3704)
        setUpInstanceSide(instance, namespaceIp);
        SuperPackets.limit(worker, host, superPacketBytes);
        SuperPackets.limit(instance, INSTANCE_INTERFACE, superPacketBytes);
    }

    private void setUpInstanceSide(NetworkNamespace instance, DualAddress namespaceIp) throws IOException {
        String v6 = "ipv6/conf/" + INSTANCE_INTERFACE + "/";
        sysctl(instance, v6 + "disable_ipv6", "0"); // container engines switch it off
        sysctl(instance, v6 + "accept_dad", "0"); // addresses work at once; nobody else is on this link
        sysctl(instance, v6 + "accept_ra", "0");
        IpCommand.run(
                instance,
                "link set dev lo up",
                "link set dev " + INSTANCE_INTERFACE + " mtu " + mtuBytes,
                "link set dev " + INSTANCE_INTERFACE + " up",
                "address replace " + namespaceIp.v4() + "/32 dev " + INSTANCE_INTERFACE,
                "address replace " + namespaceIp.v6() + "/128 dev " + INSTANCE_INTERFACE + " nodad",
                "route replace default via " + GATEWAY_V4 + " dev " + INSTANCE_INTERFACE + " onlink",
                "route replace default via " + GATEWAY_V6 + " dev " + INSTANCE_INTERFACE + " onlink");
    }

    /** Removes the interfaces, addresses, routes and rules of an instance; nothing to do when there are none. */
    public void detach(DualAddress namespaceIp) throws IOException {
        String host = hostSide(namespaceIp);
        IpCommand.run(worker, "?link delete dev " + host); // takes its peer, addresses and routes with it
        IpCommand.runV6(
                worker,
                "?rule delete pref " + ALLOWED_SOURCE_RULE + " iif " + host,
                "?rule delete pref " + OTHER_SOURCE_RULE + " iif " + host);
    }

    private static void sysctl(NetworkNamespace namespace, String key, String value) throws IOException {
        namespace.call(() -> {
            IpCommand.sysctl(key, value);
            return null;
        });
    }

    /** The name of the host side of an instance's interface. */
    public static String hostSide(DualAddress namespaceIp) {
        return HOST_SIDE + HexFormat.of().toHexDigits(namespaceIp.v4().bits());
    }

    /** Whether an interface of the worker's, by its name, leads to an instance. */
    public static boolean isHostSide(String name) {
        return name.matches(HOST_SIDE + "[0-9a-f]{8}");
    }

    private static String instanceSideMac(DualAddress namespaceIp) {
        StringBuilder mac = new StringBuilder(INSTANCE_SIDE_MAC);
        for (int shift = 24; shift >= 0; shift -= 8) {
            mac.append(':')
                    .append(HexFormat.of().toHexDigits((byte) (namespaceIp.v4().bits() >>> shift)));
        }
        return mac.toString();
    }
}
