package io.xylem.proxy.ebpf;

import io.xylem.model.DualAddress;
import io.xylem.model.Ipv6;
import io.xylem.proxy.dataplane.Captures;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.FastPath;
import io.xylem.proxy.domain.Fill;
import io.xylem.proxy.linux.BpfLink;
import io.xylem.proxy.linux.BpfMap;
import io.xylem.proxy.linux.BpfProgram;
import io.xylem.proxy.linux.MergeCable;
import io.xylem.proxy.linux.NamespaceInterfaces;
import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.RawIp;
import io.xylem.proxy.linux.WorkerNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data plane in the kernel, for one worker: the programs, at the underlay's devices and at the host sides of its
 * instances. {@link #flows} is for the thread of the packets; the rest for any.
 *
 * <p>Maps and links are pinned, so packets of entered flows move on without this process, and the next one takes them over.
 */
public final class KernelPath implements AutoCloseable {
    /** Where the BPF file system is on most machines. */
    public static final Path FILE_SYSTEM = Path.of("/sys/fs/bpf");

    /**
     * What it serves.
     *
     * @param tunnelAddress what the tunnel is bound to, as in {@link Addresses}
     * @param mayOmitUdp whether connections may go as IP in IP to peers that take it
     * @param maxFlows how many flows the table has
     * @param clockNs CLOCK_MONOTONIC, the clock of the turns
     * @param seed any number; another one each time
     */
    public record Setup(
            NetworkNamespace worker,
            Ipv6 tunnelAddress,
            int tunnelPort,
            boolean mayOmitUdp,
            int maxFlows,
            LongSupplier clockNs,
            int seed) {}

    private static final Logger LOG = LoggerFactory.getLogger(KernelPath.class);

    private final NetworkNamespace worker;
    private final @Nullable Pins pins;
    /** Closed last to first. */
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private final NamespaceInterfaces interfaces;
    private final Programs programs;
    private final Underlay underlay;
    private final KernelFlows flows;
    /** By the number of the interface. */
    private final Map<Integer, BpfLink> links = new ConcurrentHashMap<>();

    private final Map<DualAddress, Integer> devices = new ConcurrentHashMap<>();

    private KernelPath(Setup setup, @Nullable Pins pins) throws IOException {
        worker = setup.worker;
        this.pins = pins;
        try {
            interfaces = opened(NamespaceInterfaces.of(worker));
            programs = opened(Programs.load(setup.maxFlows, pins == null ? BpfMap::create : pins::map));
            MergeCable cable = cable();
            if (cable != null) {
                link(cable.far(), programs.fromCable());
            }
            configure(programs, setup.tunnelPort, cable == null ? 0 : cable.near());
            ByteBuffer uses = mapped("flow_uses");
            underlay = opened(new Underlay(worker, interfaces, setup.tunnelAddress, links::containsKey, peers(setup)));
            flows = new KernelFlows(
                    programs,
                    new FlowUses(uses),
                    new OpenedMemory(mapped("desks"), mapped("ticket_office"), mapped("tickets")),
                    underlay,
                    this::device,
                    setup.clockNs,
                    setup.maxFlows,
                    setup.seed);
            for (String name : interfaces.ethernets()) {
                int device = interfaces.number(name);
                if (device != 0 && !WorkerNetwork.isHostSide(name) && !MergeCable.isEnd(name)) {
                    link(device, programs.fromUnderlay());
                }
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Those with another port have no IP in IP, as that has no ports: there is one such tunnel at an address. */
    private Underlay.Peers peers(Setup setup) {
        BpfMap map = programs.map("ip_in_ip");
        if (setup.mayOmitUdp && setup.tunnelPort == IpInIp.TUNNEL_PORT) {
            try {
                return new IpInIp(map, opened(RawIp.open(worker)), setup.clockNs);
            } catch (IOException e) {
                LOG.info("all packets to other workers go in UDP: {}", e.getMessage());
            }
        }
        IpInIp.forgetAll(map);
        return (_, _) -> {};
    }

    /** Without it nothing is lost but speed. */
    private @Nullable MergeCable cable() {
        try {
            return MergeCable.lay(worker, interfaces);
        } catch (IOException e) {
            LOG.info("segments that come one by one stay so: {}", e.getMessage());
            return null;
        }
    }

    private ByteBuffer mapped(String map) throws IOException {
        return opened(programs.map(map).map()).buffer();
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    /**
     * Nothing outlives the process.
     *
     * @throws IOException saying why packets can't be moved in the kernel here
     */
    public static KernelPath open(Setup setup) throws IOException {
        return new KernelPath(setup, null);
    }

    /**
     * Takes over what an earlier process left.
     *
     * @param fileSystem where a BPF file system is, or will be mounted
     * @throws IOException saying why packets can't be moved in the kernel here, or nothing be pinned
     */
    public static KernelPath openPinned(Setup setup, Path fileSystem) throws IOException {
        Programs.requireThere(); // before anything is made for them
        return new KernelPath(setup, Pins.of(fileSystem, setup.worker));
    }

    /** Ends what an earlier process left there, if it is one of packets in the kernel. */
    public static void removePinned(NetworkNamespace worker, Path fileSystem) throws IOException {
        Pins.remove(fileSystem, worker);
    }

    /**
     * {@code struct config} of maps.h
     *
     * @param mergeDevice where segments are sent to be put together; 0: nowhere
     */
    static void configure(Programs programs, int tunnelPort, int mergeDevice) throws IOException {
        BpfMap config = programs.map("config");
        config.key().putInt(0, 0);
        config.value().putInt(0, Short.toUnsignedInt(Short.reverseBytes((short) tunnelPort)));
        config.value().putInt(4, mergeDevice);
        if (!config.put()) {
            throw new IOException("the BPF programs can't be told the tunnel's port " + tunnelPort);
        }
    }

    /** What the table of flows is to use. */
    public FastPath flows() {
        return flows;
    }

    /** How full its maps are. */
    public List<Fill> fills() {
        return programs.fills();
    }

    /** @param then run when {@link #underlayDevices} has one more. Before the first packet. */
    public void onUnderlayDevice(Runnable then) {
        underlay.onFirstUse(then);
    }

    /** Names of the devices by which packets have left for other workers. */
    public List<String> underlayDevices() throws IOException {
        return interfaces.ethernets().stream()
                .filter(name -> underlay.isUsed(interfaces.number(name)))
                .toList();
    }

    /** Packets that it moves are shown too. Before the first capture, all of which end before {@link #close}. */
    public void copyTo(Captures captures) throws IOException {
        captures.addSource(opened(new KernelCopies(programs)));
    }

    private void link(int device, BpfProgram program) throws IOException {
        BpfLink link = pins == null ? program.attach(worker, device) : pins.link(worker, device, program);
        links.put(device, link);
    }

    /** The instance's interface is there: its packets may be carried. May be repeated. */
    public void attach(DualAddress namespaceIp) throws IOException {
        int device = interfaces.number(WorkerNetwork.hostSide(namespaceIp));
        if (device != 0 && !links.containsKey(device)) {
            detach(namespaceIp);
            link(device, programs.fromInstance());
            devices.put(namespaceIp, device);
        }
    }

    /** The instance's interface is gone. */
    public void detach(DualAddress namespaceIp) throws IOException {
        Integer device = devices.remove(namespaceIp);
        BpfLink link = device == null ? null : links.remove(device);
        if (link != null) {
            link.close();
        }
        if (device != null && pins != null) {
            pins.removeLink(device);
        }
    }

    /** All instances that were here before this process are attached again: what is left of others goes. */
    public void forgetOthers() throws IOException {
        if (pins != null) {
            for (int device : pins.devices()) {
                if (!links.containsKey(device)) {
                    pins.removeLink(device);
                }
            }
        }
    }

    private int device(Attachment of) {
        return devices.getOrDefault(of.namespaceIp(), 0);
    }

    /** Packets of the entered flows are not moved any more, also not after {@link #close}. */
    public void unpin() throws IOException {
        if (pins != null) {
            pins.removeAll();
        }
        MergeCable.remove(worker);
    }

    @Override
    public void close() throws IOException {
        links.values().forEach(BpfLink::close);
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IOException("a part of the eBPF data plane did not close", e);
            }
        }
    }
}
