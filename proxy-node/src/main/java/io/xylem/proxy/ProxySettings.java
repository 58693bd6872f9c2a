package io.xylem.proxy;

import io.xylem.balancing.Policies;
import io.xylem.proxy.ebpf.KernelPath;
import io.xylem.runtime.Settings;
import io.xylem.schemas.StatusSeal;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;

/** The proxy's settings beside the common ones. */
final class ProxySettings {
    static final String REALM = "xylem.realm";
    static final String WORKER = "xylem.worker";
    static final String NETNS = "xylem.netns";
    static final String TUNNEL_ADDRESS = "xylem.tunnel.address";
    static final String TUNNEL_PORT = "xylem.tunnel.port";
    static final String TUNNEL_HEADER = "xylem.tunnel.header";
    static final String DATA_DIR = "xylem.data.dir";
    static final String DEVICE = "xylem.device";
    static final String OVERLAY_V4 = "xylem.overlay.v4";
    static final String OVERLAY_V6 = "xylem.overlay.v6";

    static final String FEED = "xylem.routes.feed";
    static final String INTEREST_IDLE_MS = "xylem.interest.idle.ms";

    static final String DATA_PLANE = "xylem.dataplane";
    static final String BPF_FILE_SYSTEM = "xylem.bpf.filesystem";
    static final String OFFLOADS = "xylem.offloads";
    static final String BIG_TCP = "xylem.bigtcp";

    static final String ENCRYPTION = "xylem.tunnel.encryption";
    static final String KEY_ROTATION_MS = "xylem.tunnel.rotation.ms";
    static final String MASQUERADE = "xylem.masquerade";

    private ProxySettings() {}

    static ConfigDef definition() {
        return Settings.common()
                .define(
                        REALM,
                        ConfigDef.Type.STRING,
                        "main",
                        Importance.HIGH,
                        "The overlay that this worker belongs to.")
                .define(
                        WORKER,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        new ConfigDef.NonEmptyString(),
                        Importance.HIGH,
                        "This worker's name, as its WorkerJoined event says it.")
                .define(
                        StatusSeal.KEY,
                        ConfigDef.Type.PASSWORD,
                        "",
                        Importance.HIGH,
                        "This worker's own key, in Base64, which proves that it wrote its status; empty where routing"
                                + " does not ask for it.")
                .define(
                        DATA_DIR,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        new ConfigDef.NonEmptyString(),
                        Importance.HIGH,
                        "A directory of this worker's own: its routes and attached instances.")
                .define(
                        TUNNEL_ADDRESS,
                        ConfigDef.Type.STRING,
                        "0.0.0.0",
                        Importance.HIGH,
                        "The underlay address that the tunnel is bound to; its family is the underlay's, :: serves"
                                + " both.")
                .define(
                        TUNNEL_PORT,
                        ConfigDef.Type.INT,
                        50_103,
                        Range.between(0, 65_535),
                        Importance.MEDIUM,
                        "The tunnel's UDP port.")
                .define(
                        TUNNEL_HEADER,
                        ConfigDef.Type.STRING,
                        "auto",
                        ConfigDef.ValidString.in("auto", "udp"),
                        Importance.LOW,
                        "Whether established connections that the kernel moves go as IP in IP to workers that are found to"
                                + " take it, while the tunnel has its usual port (auto), or all packets in UDP (udp).")
                .define(
                        ENCRYPTION,
                        ConfigDef.Type.STRING,
                        "off",
                        ConfigDef.ValidString.in("off", "on"),
                        Importance.MEDIUM,
                        "Whether all packets between workers are encrypted and authenticated, and others refused: on"
                                + " all workers or on none. Packets then go through user space.")
                .define(
                        KEY_ROTATION_MS,
                        ConfigDef.Type.INT,
                        3_600_000,
                        Range.atLeast(10_000),
                        Importance.LOW,
                        "How long a key of the tunnel is used before the next one is made. Others have a quarter of it, and"
                                + " 30 s at most, to hear of that.")
                .define(
                        NETNS,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "The network namespace of the packets, by name or path; empty for the process's own."
                                + " Kafka and HTTP stay in the process's own.")
                .define(
                        FEED,
                        ConfigDef.Type.STRING,
                        "interest",
                        ConfigDef.ValidString.in("interest", "broadcast"),
                        Importance.MEDIUM,
                        "Which routes this worker hears of: those of its instances and of the services that they use"
                                + " (interest), or all of the realm (broadcast).")
                .define(
                        INTEREST_IDLE_MS,
                        ConfigDef.Type.INT,
                        600_000,
                        Range.atLeast(1_000),
                        Importance.LOW,
                        "How long a service is heard of after its last packet; with live flows it is heard of anyway.")
                .define(
                        DATA_PLANE,
                        ConfigDef.Type.STRING,
                        "auto",
                        ConfigDef.ValidString.in("auto", "user", "ebpf"),
                        Importance.MEDIUM,
                        "How packets of known flows move: by eBPF programs in the kernel (ebpf), by this process"
                                + " (user), or in the kernel if it lets us (auto).")
                .define(
                        BPF_FILE_SYSTEM,
                        ConfigDef.Type.STRING,
                        KernelPath.FILE_SYSTEM.toString(),
                        Importance.LOW,
                        "The BPF file system in which flows outlive a restart of the proxy; mounted if it is not.")
                .define(
                        MASQUERADE,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.MEDIUM,
                        "Whether instances reach what is outside of the overlay under the worker's address. Needs"
                                + " nftables.")
                .define(DEVICE, ConfigDef.Type.STRING, "xylem0", Importance.LOW, "The name of the TUN device.")
                .define(
                        OFFLOADS,
                        ConfigDef.Type.BOOLEAN,
                        true,
                        Importance.LOW,
                        "Whether packets go in and out of the kernel by dozens where it can do that; status says what"
                                + " it does.")
                .define(
                        BIG_TCP,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.LOW,
                        "Whether instances may send super-packets of 185 kB instead of 64 kB while packets move in the"
                                + " kernel (BIG TCP): on all workers, whose underlay must take them too.")
                .define(
                        OVERLAY_V4,
                        ConfigDef.Type.LIST,
                        "10.30.0.0/16",
                        Importance.LOW,
                        "The realm's IPv4 prefixes of service and instance IPs, led into the device.")
                .define(OVERLAY_V6, ConfigDef.Type.LIST, "fdff::/16", Importance.LOW, "The same in IPv6.")
                .define(
                        Policies.DIRECTORY_SETTING,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "A directory with the jars of further balancing policies; empty for none.");
    }
}
