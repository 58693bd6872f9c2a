package io.xylem.proxy;

import io.xylem.balancing.Policies;
import io.xylem.balancing.PolicyException;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import io.xylem.proxy.control.Control;
import io.xylem.proxy.control.FeedSource;
import io.xylem.proxy.control.FlowKeeper;
import io.xylem.proxy.control.InterestKeeper;
import io.xylem.proxy.control.KeyExchange;
import io.xylem.proxy.dataplane.AgentRunner;
import io.xylem.proxy.dataplane.ForwardingAgent;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Fill;
import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.OpenSsl;
import io.xylem.proxy.linux.OutsideRules;
import io.xylem.proxy.linux.Poller;
import io.xylem.proxy.linux.TunDevice;
import io.xylem.proxy.linux.UdpTunnel;
import io.xylem.proxy.linux.WorkerNetwork;
import io.xylem.proxy.seal.Aead;
import io.xylem.proxy.seal.JdkAead;
import io.xylem.proxy.seal.Keyring;
import io.xylem.proxy.seal.SealedFrame;
import io.xylem.proxy.seal.SealedTunnel;
import io.xylem.runtime.Settings;
import io.xylem.schemas.Namespace;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's proxy, started: the network, the state on disk, packets, then the control side, so that packets flow
 * before any broker is reached.
 *
 * <p>Ending it, orderly or not, leaves device and instances' interfaces in place while any instance is attached: the
 * next start takes them over. The device goes with the last instance.
 */
final class ProxyNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyNode.class);

    /** Ended last to first. */
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private int httpPort;

    private ProxyNode() {}

    static ProxyNode start(Settings settings, Consumer<Throwable> fatal) throws IOException {
        ProxyNode node = new ProxyNode();
        try {
            node.begin(settings, fatal);
            return node;
        } catch (Throwable e) {
            node.close();
            throw e;
        }
    }

    private void begin(Settings settings, Consumer<Throwable> fatal) throws IOException {
        Namespace.use(settings.text(Settings.TOPIC_PREFIX));
        String worker = settings.text(ProxySettings.WORKER);
        NetworkNamespace namespace = NetworkNamespace.of(settings.text(ProxySettings.NETNS));
        Policies policies = policies(settings);
        LOG.info("balancing policies: {}", policies);
        Counters counters = new Counters();

        TunDevice device = opened(
                TunDevice.open(namespace, settings.text(ProxySettings.DEVICE), settings.flag(ProxySettings.OFFLOADS)));
        Keyring keys = settings.text(ProxySettings.ENCRYPTION).equals("on")
                ? new Keyring(
                        aead(),
                        Keyring.Times.defaults(settings.number(ProxySettings.KEY_ROTATION_MS) * 1_000_000L),
                        System.nanoTime())
                : null;
        WorkerNetwork network = new WorkerNetwork(namespace, keys == null ? 0 : SealedFrame.OVERHEAD_BYTES);
        List<Ipv4Prefix> overlay4 = settings.list(ProxySettings.OVERLAY_V4).stream()
                .map(Ipv4Prefix::parse)
                .toList();
        List<Ipv6Prefix> overlay6 = settings.list(ProxySettings.OVERLAY_V6).stream()
                .map(Ipv6Prefix::parse)
                .toList();
        network.prepare(device, overlay4, overlay6);
        OutsideRules outside =
                new OutsideRules(namespace, device.name(), overlay4, overlay6, settings.flag(ProxySettings.MASQUERADE));
        UdpTunnel tunnel = opened(UdpTunnel.open(
                namespace,
                settings.text(ProxySettings.TUNNEL_ADDRESS),
                settings.number(ProxySettings.TUNNEL_PORT),
                settings.flag(ProxySettings.OFFLOADS)));
        Poller poller = opened(Poller.of(device, tunnel));
        SecureRandom random = new SecureRandom();
        ForwardingAgent.Limits limits = ForwardingAgent.Limits.defaults(random.nextLong());
        DataPlane plane =
                opened(DataPlane.choose(settings, namespace, tunnel.port(), limits.maxFlows(), random.nextInt()));
        LOG.info("data plane {}: {}", plane.name(), plane.why());

        FeedSource source = new FeedSource(
                FeedSource.Kind.of(settings.text(ProxySettings.FEED)), settings.text(ProxySettings.REALM), worker);
        Control control = new Control(
                source,
                new InterestKeeper.Settings(settings.number(ProxySettings.INTEREST_IDLE_MS), overlay4, overlay6),
                Path.of(settings.text(ProxySettings.DATA_DIR)),
                new Control.Outside(
                        () -> KafkaClients.consumer(settings, worker),
                        opened(source.kind().topic().valueSerde(settings.client("consumer.")))
                                .deserializer(),
                        () -> KafkaClients.producer(settings, worker, Topics.WORKER_STATUS),
                        new Cables(
                                network.withSuperPackets(plane.superPacketBytes(settings.flag(ProxySettings.BIG_TCP))),
                                plane,
                                outside),
                        counters,
                        poller::wakeUp,
                        Map.of(
                                "device",
                                device.offloads(),
                                "tunnel",
                                tunnel.offloads(),
                                "encryption",
                                keys == null ? "off" : "AES-128-GCM by " + keys.name()),
                        settings.text(Settings.HTTP_LISTEN),
                        fatal));
        control.restore();
        plane.restored();
        device.setPersistent(true);

        ForwardingAgent agent = new ForwardingAgent(
                device,
                keys == null ? tunnel : new SealedTunnel(tunnel, keys, counters),
                control::takeRouteTable,
                control::attachments,
                policies,
                counters,
                limits,
                control.unknownAddresses());
        agent.use(plane.fastPath());
        boolean wantsBig = settings.flag(ProxySettings.BIG_TCP);
        plane.warn(wantsBig);
        control.dataPlane(
                plane.name(),
                plane.why(),
                () -> fills(counters, limits.maxFlows(), plane),
                () -> plane.warnings(wantsBig));
        agent.measure(control.reported(), System::nanoTime, random::nextLong);
        control.flowCounts(agent.flowCounts());
        FlowKeeper flows = new FlowKeeper(
                Path.of(settings.text(ProxySettings.DATA_DIR)).resolve("flows.bin"),
                () -> awake(agent.transfer().copy(), poller),
                counters,
                System::currentTimeMillis);
        agent.transfer().restore(flows.load());
        control.explainBy(packet -> awake(agent.explain(packet), poller));
        plane.copyTo(agent.captures());
        control.captureBy(agent.captures());
        AgentRunner runner = new AgentRunner(agent, poller, System::nanoTime, fatal);
        Thread packets = Thread.ofPlatform().name("packets").start(runner);
        parts.push(() -> {
            runner.close();
            poller.wakeUp();
            packets.join();
            flows.save(agent.transfer().last(System.nanoTime()));
            boolean isUsed = !control.attachments().all().isEmpty();
            device.setPersistent(isUsed);
            plane.outlive(isUsed);
        });
        parts.push(control);
        control.start();
        parts.push(flows);
        flows.start();
        if (keys != null) {
            exchange(keys, control, settings, source);
        }
        httpPort = control.httpPort();
        LOG.info(
                "worker {} in network namespace {}: tunnel on port {}, HTTP on port {}",
                worker,
                namespace,
                tunnel.port(),
                control.httpPort());
    }

    private static List<Fill> fills(Counters counters, int maxFlows, DataPlane plane) {
        List<Fill> fills = new ArrayList<>();
        fills.add(new Fill("flows", counters.get(Count.FLOWS), maxFlows));
        fills.addAll(plane.fills());
        return fills;
    }

    private static Aead aead() {
        Aead found = OpenSsl.find();
        return found != null ? found : new JdkAead();
    }

    private void exchange(Keyring keys, Control control, Settings settings, FeedSource source) {
        parts.push(new KeyExchange(
                        source.realm(),
                        source.worker(),
                        keys,
                        control::underlayAddress,
                        () -> KafkaClients.consumer(settings, source.worker()),
                        opened(Topics.TUNNEL_KEYS.valueSerde(settings.client("consumer.")))
                                .deserializer(),
                        () -> KafkaClients.producer(settings, source.worker(), Topics.WORKER_STATUS),
                        System::currentTimeMillis,
                        System::nanoTime)
                .start());
    }

    /** The packets' thread is to answer at once. */
    private static <T> CompletableFuture<T> awake(CompletableFuture<T> answer, Poller poller) {
        poller.wakeUp();
        return answer;
    }

    int httpPort() {
        return httpPort;
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    private static Policies policies(Settings settings) {
        try {
            return Policies.load(settings.text(Policies.DIRECTORY_SETTING));
        } catch (PolicyException e) {
            throw new ConfigException(e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IOException("a part did not end in order", e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
