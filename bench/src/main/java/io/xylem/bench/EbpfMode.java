package io.xylem.bench;

import io.xylem.proxy.dataplane.ForwardingAgent.Limits;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.ebpf.KernelPath;
import io.xylem.proxy.linux.NetworkNamespace;
import java.io.IOException;

/** Xylem's data plane in the kernel: the first packet of a flow goes as in {@link UserMode}, the others by the programs. */
final class EbpfMode implements Mode {
    private final UserMode workers;

    /** @throws IOException also when the kernel refuses the programs here, and says why */
    EbpfMode(Conditions conditions) throws IOException {
        workers = new UserMode("Xylem, eBPF", conditions, EbpfMode::open);
    }

    private static KernelPath open(NetworkNamespace worker, String underlay, Attachment instance, Limits limits)
            throws IOException {
        KernelPath path = KernelPath.open(new KernelPath.Setup(
                worker, Addresses.parse(underlay), UserMode.TUNNEL_PORT, true, limits.maxFlows(), System::nanoTime, 1));
        try {
            path.attach(instance.namespaceIp());
            return path;
        } catch (IOException e) {
            path.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return workers.name();
    }

    @Override
    public NetworkNamespace client() {
        return workers.client();
    }

    @Override
    public NetworkNamespace server() {
        return workers.server();
    }

    @Override
    public String target() {
        return workers.target();
    }

    @Override
    public void prepare() throws IOException {
        workers.prepare();
    }

    @Override
    public void close() {
        workers.close();
    }
}
