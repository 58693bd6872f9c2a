package io.xylem.bench;

import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.SuperPackets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Two workers joined by a cable, with room for an instance behind each; all in network namespaces of its own.
 *
 * <pre>
 *  client ─(the mode's own)─ worker1 ──192.168.77.0/24── worker2 ─(the mode's own)─ server
 * </pre>
 */
final class Lab implements AutoCloseable {
    static final String UNDERLAY_1 = "192.168.77.1";
    static final String UNDERLAY_2 = "192.168.77.2";

    private final List<NetworkNamespace> namespaces = new ArrayList<>();
    private final String prefix;
    final NetworkNamespace client;
    final NetworkNamespace worker1;
    final NetworkNamespace worker2;
    final NetworkNamespace server;

    Lab(Conditions conditions) throws IOException {
        prefix = "xylb-" + ProcessHandle.current().pid() + "-" + conditions.lab() + "-";
        try {
            client = create("c");
            worker1 = create("w1");
            worker2 = create("w2");
            server = create("s");
            Commands.ip(
                    worker1,
                    "link add u0 type veth peer name u0 netns " + worker2.name(),
                    "addr add " + UNDERLAY_1 + "/24 dev u0",
                    "link set u0 up");
            Commands.ip(worker2, "addr add " + UNDERLAY_2 + "/24 dev u0", "link set u0 up");
            if (conditions.isWire()) {
                cutInSoftware(worker1);
                cutInSoftware(worker2);
            }
            if (conditions.isBig()) {
                SuperPackets.limit(worker1, "u0", SuperPackets.BIG_BYTES);
                SuperPackets.limit(worker2, "u0", SuperPackets.BIG_BYTES);
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Packets cross the underlay as they would cross a wire; the receiver puts together what its kernel can. */
    private static void cutInSoftware(NetworkNamespace worker) throws IOException {
        Commands.check(
                worker,
                ("ethtool -K u0 tso off gso off tx-udp_tnl-segmentation off"
                                + " tx-udp_tnl-csum-segmentation off tx-udp-segmentation off gro on")
                        .split(" "));
    }

    private NetworkNamespace create(String role) throws IOException {
        NetworkNamespace namespace = NetworkNamespace.create(prefix + role);
        namespaces.add(namespace);
        return namespace;
    }

    @Override
    public void close() {
        for (NetworkNamespace namespace : namespaces) {
            try {
                namespace.delete();
            } catch (IOException e) {
                System.err.println("left behind: " + e.getMessage());
            }
        }
    }
}
