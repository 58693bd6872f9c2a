package io.xylem.proxy.linux;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;

/**
 * A bad piece of underlay between two workers, each of which takes an address of it for the other worker. It loses, repeats
 * and holds back datagrams, and passes them on one by one.
 *
 * <pre>
 *  worker 1 ◄──► address for 1 │ relay │ address for 2 ◄──► worker 2
 * </pre>
 */
final class RoughRelay implements AutoCloseable {
    private static final int PORT = 50_103;
    private static final int HELD_BACK = 4;

    private final DatagramSocket side1;
    private final DatagramSocket side2;
    private final long seed;

    RoughRelay(NetworkNamespace space, String for1, String worker1, String for2, String worker2, long seed)
            throws IOException {
        this.seed = seed;
        side1 = space.call(() -> new DatagramSocket(new InetSocketAddress(for1, PORT)));
        side2 = space.call(() -> new DatagramSocket(new InetSocketAddress(for2, PORT)));
        InetAddress to1 = InetAddress.getByName(worker1);
        InetAddress to2 = InetAddress.getByName(worker2);
        Thread.ofPlatform().daemon().start(() -> pass(side1, side2, to2, new Random(seed)));
        Thread.ofPlatform().daemon().start(() -> pass(side2, side1, to1, new Random(seed + 1)));
    }

    private void pass(DatagramSocket from, DatagramSocket by, InetAddress to, Random random) {
        Queue<byte[]> held = new ArrayDeque<>();
        byte[] buffer = new byte[65_536];
        try {
            while (true) {
                DatagramPacket got = new DatagramPacket(buffer, buffer.length);
                from.receive(got);
                byte[] bytes = java.util.Arrays.copyOf(buffer, got.getLength());
                int luck = random.nextInt(200);
                if (luck < 3) {
                    held.add(bytes);
                } else if (luck > 3) { // else lost
                    by.send(new DatagramPacket(bytes, bytes.length, to, PORT));
                    if (luck == 199) {
                        by.send(new DatagramPacket(bytes, bytes.length, to, PORT));
                    }
                }
                if (held.size() > HELD_BACK) {
                    byte[] late = held.remove();
                    by.send(new DatagramPacket(late, late.length, to, PORT));
                }
            }
        } catch (IOException e) {
            if (!from.isClosed() && !by.isClosed()) {
                throw new java.io.UncheckedIOException("seed " + seed, e);
            }
        }
    }

    @Override
    public void close() {
        side1.close();
        side2.close();
    }
}
