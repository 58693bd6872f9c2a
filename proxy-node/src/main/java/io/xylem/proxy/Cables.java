package io.xylem.proxy;

import io.xylem.model.DualAddress;
import io.xylem.proxy.control.Wiring;
import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.OutsideRules;
import io.xylem.proxy.linux.WorkerNetwork;
import java.io.IOException;
import java.util.Collection;

/** Instances on veth pairs. */
record Cables(WorkerNetwork network, DataPlane plane, OutsideRules outside) implements Wiring {
    @Override
    public boolean exists(String netns) {
        return NetworkNamespace.of(netns).exists();
    }

    @Override
    public void attach(String netns, DualAddress namespaceIp) throws IOException {
        network.attach(NetworkNamespace.of(netns), namespaceIp);
        plane.attach(namespaceIp);
    }

    @Override
    public void detach(DualAddress namespaceIp) throws IOException {
        plane.detach(namespaceIp);
        network.detach(namespaceIp);
    }

    @Override
    public boolean isFree(Port port) throws IOException {
        return outside.isFree(port(port));
    }

    @Override
    public void expose(Collection<Exposed> instances) throws IOException {
        outside.set(instances.stream()
                .map(one -> new OutsideRules.Exposed(
                        one.namespaceIp(),
                        one.ports().stream().map(Cables::port).toList()))
                .toList());
    }

    private static OutsideRules.Port port(Port port) {
        return new OutsideRules.Port(
                port.isUdp() ? OutsideRules.Protocol.UDP : OutsideRules.Protocol.TCP, port.ofNode(), port.ofInstance());
    }
}
