package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where maps, programs and links have names that outlive a process. They do not outlive the machine's run. */
public final class BpfFileSystem {
    private static final Path MOUNTS = Path.of("/proc/self/mounts");
    private static final String TYPE = "bpf";

    private static final MethodHandle MOUNT = Native.link("mount", INT, LONG, LONG, LONG, LONG, LONG);

    private BpfFileSystem() {}

    /** Mounts one at this directory unless there is one. */
    public static void ensure(Path at) throws IOException {
        if (isMounted(at)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            long type = arena.allocateFrom(TYPE).address();
            long target = arena.allocateFrom(at.toString()).address();
            if ((int) MOUNT.invokeExact(errno, type, target, type, 0L, 0L) < 0) {
                throw new LinuxException(
                        "mount a BPF file system at " + at,
                        Native.errno(errno),
                        "it needs CAP_SYS_ADMIN; `mount -t bpf bpf " + at + "` by who starts this does as well");
            }
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    private static boolean isMounted(Path at) throws IOException {
        List<String> mounts = Files.readAllLines(MOUNTS);
        return mounts.stream()
                .map(line -> line.split(" "))
                .anyMatch(words -> words[1].equals(at.toString()) && words[2].equals(TYPE));
    }
}
