package io.xylem.proxy;

import io.xylem.model.DualAddress;
import io.xylem.proxy.dataplane.Captures;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.FastPath;
import io.xylem.proxy.domain.Fill;
import io.xylem.proxy.ebpf.KernelPath;
import io.xylem.proxy.linux.MergeCable;
import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.SuperPackets;
import io.xylem.runtime.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How packets of known flows move: {@code ebpf}, in the kernel where it lets us, or {@code user}, by this process. What the
 * former can't do the latter does, so with it nothing is lost but speed.
 *
 * @param why one sentence, for people
 * @param worker where packets are
 */
record DataPlane(
        String name,
        String why,
        NetworkNamespace worker,
        @Nullable KernelPath path) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);

    /** @throws IOException when the settings want it in the kernel, and it can't be */
    static DataPlane choose(Settings settings, NetworkNamespace worker, int tunnelPort, int maxFlows, int seed)
            throws IOException {
        String wanted = settings.text(ProxySettings.DATA_PLANE);
        Path fileSystem = Path.of(settings.text(ProxySettings.BPF_FILE_SYSTEM));
        boolean isEncrypted = settings.text(ProxySettings.ENCRYPTION).equals("on");
        if (isEncrypted && wanted.equals("ebpf")) {
            throw new IOException(ProxySettings.DATA_PLANE + "=ebpf and " + ProxySettings.ENCRYPTION
                    + "=on exclude each other, as the kernel's programs can't encrypt: choose one, or "
                    + ProxySettings.DATA_PLANE
                    + "=auto, with which encrypted packets go through user space");
        }
        if (isEncrypted || wanted.equals("user")) {
            KernelPath.removePinned(worker, fileSystem);
            MergeCable.remove(worker);
            String why = isEncrypted
                    ? ProxySettings.ENCRYPTION + "=on, and the kernel's programs can't encrypt"
                    : ProxySettings.DATA_PLANE + "=user";
            return new DataPlane("user", why, worker, null);
        }
        KernelPath.Setup setup = new KernelPath.Setup(
                worker,
                Addresses.parse(settings.text(ProxySettings.TUNNEL_ADDRESS)),
                tunnelPort,
                settings.text(ProxySettings.TUNNEL_HEADER).equals("auto"),
                maxFlows,
                System::nanoTime,
                seed);
        try {
            return inTheKernel(setup, fileSystem);
        } catch (IOException e) {
            if (wanted.equals("ebpf")) {
                throw new IOException(
                        ProxySettings.DATA_PLANE + "=ebpf is not possible here: " + e.getMessage()
                                + "; with =auto packets would go through user space",
                        e);
            }
            return new DataPlane("user", String.valueOf(e.getMessage()), worker, null);
        }
    }

    private static DataPlane inTheKernel(KernelPath.Setup setup, Path fileSystem) throws IOException {
        try {
            return new DataPlane(
                    "ebpf",
                    "the kernel takes our programs; flows outlive a restart in " + fileSystem,
                    setup.worker(),
                    KernelPath.openPinned(setup, fileSystem));
        } catch (IOException e) {
            KernelPath path = KernelPath.open(setup);
            return new DataPlane(
                    "ebpf",
                    "the kernel takes our programs; nothing outlives a restart, because: " + e.getMessage(),
                    setup.worker(),
                    path);
        }
    }

    /** Says what warnings come up while it runs. */
    void warn(boolean wantsBig) {
        if (wantsBig && path != null) {
            path.onUnderlayDevice(() -> warnings(true).forEach(LOG::warn));
        }
    }

    /** @param wantsBig whether the settings want BIG TCP, which user space can't read */
    int superPacketBytes(boolean wantsBig) {
        if (wantsBig && path == null) {
            LOG.warn("{}=true is without effect: packets go through user space, as {}", ProxySettings.BIG_TCP, why);
        }
        return wantsBig && path != null ? SuperPackets.BIG_BYTES : SuperPackets.USUAL_BYTES;
    }

    /**
     * What its operator should change, for people.
     *
     * @param wantsBig as in {@link #superPacketBytes}
     */
    List<String> warnings(boolean wantsBig) {
        if (!wantsBig || path == null) {
            return List.of();
        }
        List<String> warnings = new ArrayList<>();
        try {
            for (String device : path.underlayDevices()) {
                String warning = ofShortSuperPackets(device, SuperPackets.longest(worker, device));
                if (warning != null) {
                    warnings.add(warning);
                }
            }
        } catch (IOException e) {
            LOG.debug("whether the underlay takes BIG TCP is not known", e);
        }
        return warnings;
    }

    /** @param bytes how long the device takes super-packets. @return null when they are long enough */
    static @Nullable String ofShortSuperPackets(String device, int bytes) {
        int wanted = SuperPackets.BIG_BYTES;
        return bytes >= wanted
                ? null
                : ProxySettings.BIG_TCP + "=true makes packets slower here: instances send super-packets of " + wanted
                        + " bytes, and the underlay's " + device + " takes " + bytes
                        + ", so the kernel cuts each into segments; `ip link set dev " + device + " gso_max_size "
                        + wanted
                        + " gso_ipv4_max_size " + wanted + "` (iproute2 6.3), or " + ProxySettings.BIG_TCP + "=false";
    }

    FastPath fastPath() {
        return path == null ? FastPath.NONE : path.flows();
    }

    /** How full its tables are. */
    List<Fill> fills() {
        return path == null ? List.of() : path.fills();
    }

    /** Packets that it moves are shown too. Before the first capture. */
    void copyTo(Captures captures) throws IOException {
        if (path != null) {
            path.copyTo(captures);
        }
    }

    /** An instance's interface is there. */
    void attach(DualAddress namespaceIp) {
        try {
            if (path != null) {
                path.attach(namespaceIp);
            }
        } catch (IOException e) {
            LOG.warn("packets of {} go through user space", namespaceIp.v4(), e);
        }
    }

    /** An instance's interface goes. */
    void detach(DualAddress namespaceIp) throws IOException {
        if (path != null) {
            path.detach(namespaceIp);
        }
    }

    /** All instances of the last time are attached again. */
    void restored() throws IOException {
        if (path != null) {
            path.forgetOthers();
        }
    }

    /** Whether flows go on after {@link #close}. */
    void outlive(boolean goOn) throws IOException {
        if (path != null && !goOn) {
            path.unpin();
        }
    }

    @Override
    public void close() throws IOException {
        if (path != null) {
            path.close();
        }
    }
}
