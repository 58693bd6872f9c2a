package io.xylem.bench;

import io.xylem.proxy.linux.NetworkNamespace;
import java.io.IOException;

/**
 * The baseline: the kernel does the same job. VXLAN between the workers, destination NAT by nftables from the service
 * IP to the server on the client's worker, connection tracking for the way back. Instance MTU 1450.
 */
final class KernelMode implements Mode {
    private static final String SERVICE_IP = "10.30.0.1";
    private static final String CLIENT = "10.18.0.1";
    private static final String SERVER = "10.18.0.65";

    private final Conditions conditions;
    private final Lab lab;

    KernelMode(Conditions conditions) throws IOException {
        this.conditions = conditions;
        lab = new Lab(conditions);
        try {
            instance(lab.worker1, lab.client, CLIENT);
            instance(lab.worker2, lab.server, SERVER);
            vxlan(lab.worker1, Lab.UNDERLAY_1, Lab.UNDERLAY_2, "10.99.0.1/30", SERVER + "/32 via 10.99.0.2");
            vxlan(lab.worker2, Lab.UNDERLAY_2, Lab.UNDERLAY_1, "10.99.0.2/30", CLIENT + "/32 via 10.99.0.1");
            Commands.check(lab.worker1, "nft", "add table ip xylem");
            Commands.check(lab.worker1, "nft", "add chain ip xylem pre { type nat hook prerouting priority dstnat; }");
            Commands.check(lab.worker1, "nft", "add rule ip xylem pre ip daddr " + SERVICE_IP + " dnat to " + SERVER);
        } catch (IOException e) {
            lab.close();
            throw e;
        }
    }

    private static void instance(NetworkNamespace worker, NetworkNamespace instance, String address)
            throws IOException {
        Commands.check(worker, "sysctl", "-qw", "net.ipv4.ip_forward=1");
        Commands.ip(
                worker,
                "link add i0 type veth peer name eth0 netns " + instance.name(),
                "addr add 169.254.1.1/32 dev i0",
                "link set i0 mtu 1450 up",
                "route add " + address + "/32 dev i0");
        Commands.ip(
                instance,
                "addr add " + address + "/32 dev eth0",
                "link set eth0 mtu 1450 up",
                "route add 169.254.1.1 dev eth0 scope link",
                "route add default via 169.254.1.1");
    }

    private static void vxlan(NetworkNamespace worker, String local, String remote, String address, String route)
            throws IOException {
        Commands.ip(
                worker,
                "link add vx0 type vxlan id 42 dstport 4789 dev u0 local " + local + " remote " + remote,
                "addr add " + address + " dev vx0",
                "link set vx0 mtu 1450 up",
                "route add " + route);
    }

    @Override
    public String name() {
        return "kernel VXLAN + DNAT" + conditions.suffix();
    }

    @Override
    public NetworkNamespace client() {
        return lab.client;
    }

    @Override
    public NetworkNamespace server() {
        return lab.server;
    }

    @Override
    public String target() {
        return SERVICE_IP;
    }

    @Override
    public void close() {
        lab.close();
    }
}
