package io.xylem.proxy.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A server of many connections in one instance: says which one it is, a byte, and then echoes. One thread. */
final class CrowdServer implements AutoCloseable {
    static final int PORT = 7_000;
    private static final int BACKLOG = 4_096;

    private final byte id;
    private final ServerSocketChannel listener;
    private final Selector selector;

    CrowdServer(int id, NetworkNamespace namespace) throws IOException {
        this.id = (byte) id;
        listener = namespace.call(() -> {
            ServerSocketChannel channel = ServerSocketChannel.open();
            channel.bind(new InetSocketAddress(InetAddress.getByName("::"), PORT), BACKLOG);
            return channel;
        });
        selector = Selector.open();
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        Thread.ofPlatform().daemon().name("server-" + id).start(this::serve);
    }

    private void serve() {
        try {
            while (selector.isOpen()) {
                selector.select(key -> {
                    if (key.isValid() && key.isAcceptable()) {
                        accept();
                    } else if (key.isValid()) {
                        echo(key);
                    }
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.nio.channels.ClosedSelectorException e) {
            Thread.currentThread().setName("closed"); // the test is over
        }
    }

    private void accept() {
        try {
            SocketChannel channel = listener.accept();
            if (channel != null) {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
                channel.write(ByteBuffer.wrap(new byte[] {id}));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void echo(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        ByteBuffer buffer = ByteBuffer.allocate(256);
        try {
            if (channel.read(buffer) < 0) {
                channel.close();
            } else {
                channel.write(buffer.flip());
            }
        } catch (IOException e) {
            key.cancel(); // the client is gone; what that means is the test's to say
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
