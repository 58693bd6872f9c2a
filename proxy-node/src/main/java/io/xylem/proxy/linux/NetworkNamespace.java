package io.xylem.proxy.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace of this machine: the process's own, one that {@code ip netns} named, or any path to one, e.g.
 * {@code /proc/1234/ns/net}. A socket belongs for its whole life to the namespace in which it was opened, so it is
 * enough to open it inside {@link #call} and use it anywhere.
 */
public final class NetworkNamespace {
    private static final Path NAMED = Path.of("/run/netns");
    private static final String OWN = "/proc/self/ns/net";

    private final String name;
    private final String path;

    private NetworkNamespace(String name, String path) {
        this.name = name;
        this.path = path;
    }

    /** The namespace in which this process was started. */
    public static NetworkNamespace own() {
        return new NetworkNamespace("", OWN);
    }

    /** By name, by path (anything with a slash), or the process's own when empty. It need not exist yet. */
    public static NetworkNamespace of(String nameOrPath) {
        if (nameOrPath.isEmpty()) {
            return own();
        }
        return new NetworkNamespace(
                nameOrPath,
                nameOrPath.indexOf('/') >= 0
                        ? nameOrPath
                        : NAMED.resolve(nameOrPath).toString());
    }

    /** Makes a named namespace with its loopback up. */
    public static NetworkNamespace create(String name) throws IOException {
        IpCommand.run(own(), "netns add " + name);
        NetworkNamespace created = of(name);
        IpCommand.run(created, "link set lo up");
        return created;
    }

    /** Removes a named namespace; its interfaces go when the last process and socket inside it do. */
    public void delete() throws IOException {
        IpCommand.run(own(), "netns delete " + name);
    }

    /** As it was asked for: a name, a path, or empty for the process's own. */
    public String name() {
        return name;
    }

    public String path() {
        return path;
    }

    /** The kernel's number of it, which no other namespace has while it is there. */
    public long number() throws IOException {
        return (long) Files.getAttribute(Path.of(path), "unix:ino");
    }

    public boolean isOwn() {
        return path.equals(OWN);
    }

    public boolean exists() {
        return Files.exists(Path.of(path));
    }

    /**
     * Runs the work on a platform thread of its own that lives in this namespace and ends with the work. Processes
     * started there are in this namespace too. What the work throws, this throws; an interruption is passed to the work.
     *
     * @throws LinuxException when the namespace can't be entered
     */
    public <T extends @Nullable Object> T call(Callable<T> work) throws IOException {
        Callable<T> entered = () -> {
            enter();
            return work.call();
        };
        FutureTask<T> task = new FutureTask<>(entered);
        // Never a pooled or virtual thread: the thread can't be used for anything else afterwards.
        Thread.ofPlatform().name("netns-" + this).start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while working in network namespace " + this, e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                case null, default ->
                    throw new IOException("work in network namespace " + this + " failed", e.getCause());
            }
        }
    }

    private void enter() throws LinuxException {
        if (isOwn()) {
            return;
        }
        int fd = Libc.open(path, Libc.O_RDONLY);
        if (fd < 0) {
            throw new LinuxException(
                    "open network namespace " + path,
                    -fd,
                    "`ip netns list` shows the named ones; a path such as /proc/PID/ns/net works too");
        }
        try {
            int result = Libc.setns(fd, Libc.CLONE_NEWNET);
            if (result < 0) {
                throw new LinuxException(
                        "enter network namespace " + this,
                        -result,
                        -result == Errno.EINVAL
                                ? path + " is not a network namespace"
                                : "this needs CAP_SYS_ADMIN in the namespace's user namespace: run as root, or in a"
                                        + " user namespace of your own (unshare -Urnm)");
            }
        } finally {
            Libc.close(fd);
        }
    }

    @Override
    public String toString() {
        return isOwn() ? "(own)" : name;
    }
}
