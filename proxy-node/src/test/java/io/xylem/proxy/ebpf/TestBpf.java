package io.xylem.proxy.ebpf;

import io.xylem.proxy.Skip;
import io.xylem.proxy.linux.BpfFileSystem;
import io.xylem.proxy.linux.LinuxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A BPF file system of one test. */
public final class TestBpf implements AutoCloseable {
    private final Path directory;

    private TestBpf(Path directory) {
        this.directory = directory;
    }

    /** Skips the test where the build had no clang, or mounting is refused; the latter not with {@code CI} set. */
    public static TestBpf orSkip(Path directory) throws IOException {
        Skip.unless(Programs.areThere(), "this build has no BPF programs, as there was no clang");
        Files.createDirectories(directory);
        try {
            BpfFileSystem.ensure(directory);
            return new TestBpf(directory);
        } catch (LinuxException e) {
            if (!e.isNotPermitted() || System.getenv("CI") != null) {
                throw e;
            }
            Skip.because("this machine refuses BPF: " + e.getMessage());
            throw e;
        }
    }

    public Path directory() {
        return directory;
    }

    /** Everything of ours that is there. */
    public List<Path> pinned() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("xylem"))) {
            return all.toList();
        }
    }

    @Override
    public void close() throws IOException {
        Process unmount = new ProcessBuilder("umount", directory.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(unmount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!said.isEmpty()) {
            throw new IOException("not unmounted: " + said);
        }
    }
}
