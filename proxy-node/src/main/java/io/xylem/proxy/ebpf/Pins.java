package io.xylem.proxy.ebpf;

import io.xylem.proxy.linux.BpfFileSystem;
import io.xylem.proxy.linux.BpfLink;
import io.xylem.proxy.linux.BpfMap;
import io.xylem.proxy.linux.BpfObject;
import io.xylem.proxy.linux.BpfProgram;
import io.xylem.proxy.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names under which a worker's maps and links outlive its process, so that packets move on while the proxy is started
 * anew. A directory for each network namespace, by the number that no other living one has:
 *
 * <pre>
 *  /sys/fs/bpf/xylem/v2-4026532281/map-flows_out …  link-7 …
 * </pre>
 */
final class Pins {
    private static final Logger LOG = LoggerFactory.getLogger(Pins.class);
    /** Another one when layouts of maps.h change their meaning. */
    private static final String LAYOUT = "v2-";

    private static final String ALL = "xylem";
    private static final String MAP = "map-";
    private static final String LINK = "link-";

    private final Path directory;

    private Pins(Path directory) {
        this.directory = directory;
    }

    /**
     * @param fileSystem where a BPF file system is or will be
     * @throws IOException when there can't be one
     */
    static Pins of(Path fileSystem, NetworkNamespace worker) throws IOException {
        BpfFileSystem.ensure(fileSystem);
        Path all = fileSystem.resolve(ALL);
        Files.createDirectories(all);
        removeDead(all);
        Pins pins = new Pins(all.resolve(LAYOUT + worker.number()));
        for (Pins other : of(worker, all)) {
            if (!other.directory.equals(pins.directory)) {
                LOG.info("{} is of another version: its flows begin in user space", other.directory);
                other.removeAll();
            }
        }
        Files.createDirectories(pins.directory);
        return pins;
    }

    /** Removes what is pinned for this namespace, if anything is. */
    static void remove(Path fileSystem, NetworkNamespace worker) throws IOException {
        for (Pins pins : of(worker, fileSystem.resolve(ALL))) {
            pins.removeAll();
        }
    }

    /** Of any layout: programs of two of them must not run at once. */
    private static List<Pins> of(NetworkNamespace worker, Path all) throws IOException {
        String end = "-" + worker.number();
        return list(all).stream()
                .filter(directory -> directory.getFileName().toString().endsWith(end))
                .map(Pins::new)
                .toList();
    }

    /** What belongs to namespaces that are gone: all their links lead nowhere. */
    private static void removeDead(Path all) throws IOException {
        for (Path directory : list(all)) {
            Pins pins = new Pins(directory);
            List<Path> links = pins.named(LINK);
            boolean anyAlive = links.isEmpty();
            for (Path link : links) {
                anyAlive |= device(link) != 0;
            }
            if (!anyAlive) {
                LOG.info("{} is of a network namespace that is gone", directory);
                pins.removeAll();
            }
        }
    }

    private static int device(Path pin) throws IOException {
        try (BpfLink link = BpfLink.open(pin)) {
            return link.device();
        }
    }

    /** The map of an earlier process if it has this shape, else a new one, pinned from now on. */
    BpfMap map(String name, BpfMap.Shape shape) throws IOException {
        Path pin = directory.resolve(MAP + name);
        if (Files.exists(pin)) {
            BpfMap map = BpfMap.open(pin);
            if (map.shape().equals(shape)) {
                return map;
            }
            map.close();
            Files.delete(pin);
        }
        return pinned(BpfMap.create(name, shape), pin);
    }

    /** The link at a device of an earlier process, with this program from now on, or else a new one. */
    BpfLink link(NetworkNamespace worker, int device, BpfProgram program) throws IOException {
        Path pin = directory.resolve(LINK + device);
        if (Files.exists(pin)) {
            BpfLink link = BpfLink.open(pin);
            if (link.device() == device) {
                link.replace(program);
                return link;
            }
            link.close();
            Files.delete(pin);
        }
        return pinned(program.attach(worker, device), pin);
    }

    private static <T extends BpfObject> T pinned(T made, Path pin) throws IOException {
        try {
            made.pin(pin);
            return made;
        } catch (IOException e) {
            made.close();
            throw e;
        }
    }

    /** The devices that have a pinned link, alive or not. */
    List<Integer> devices() throws IOException {
        return named(LINK).stream()
                .map(pin -> Integer.parseInt(pin.getFileName().toString().substring(LINK.length())))
                .toList();
    }

    void removeLink(int device) throws IOException {
        Files.deleteIfExists(directory.resolve(LINK + device));
    }

    /** The next start begins anew. */
    void removeAll() throws IOException {
        for (Path pin : list(directory)) {
            Files.deleteIfExists(pin);
        }
        Files.deleteIfExists(directory);
    }

    private List<Path> named(String prefix) throws IOException {
        return list(directory).stream()
                .filter(path -> path.getFileName().toString().startsWith(prefix))
                .toList();
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
