package io.xylem.audit;

import io.xylem.audit.PartitionCheck.Positions;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The derived state after a clean run, so that the next run over a long log need not begin at its start. A convenience,
 * not a proof: whoever can write the file can make the next run believe anything. What can't be read is made anew.
 */
final class Snapshots {
    /** Of the form of the file; another one is not read. */
    private static final int FORMAT = 2;
    /** Fewer events are replayed sooner than read from a file. */
    private static final long WORTH_EVENTS = 10_000;

    private final Path directory;
    private final String log;
    private final PlanSettings settings;
    private final RealmFilter realms;

    /**
     * @param cache of all logs
     * @param log what tells this log from every other; a snapshot of another one is not used, wherever it lies
     */
    Snapshots(Path cache, String log, PlanSettings settings, RealmFilter realms) {
        this.directory = cache.resolve(Integer.toHexString(log.hashCode()));
        this.log = log;
        this.settings = settings;
        this.realms = realms;
    }

    /**
     * Puts the state into {@code world} and says where to go on; the start if there is no snapshot that fits.
     *
     * @param ends of the topics: a snapshot from behind them is not of this log
     * @param until a snapshot of later events is of no use
     */
    Positions load(int partition, World world, Positions ends, Moment until) throws IOException {
        try (var checked = new CheckedInputStream(
                        new BufferedInputStream(Files.newInputStream(file(partition)), 1 << 16), new CRC32C());
                var in = new DataInputStream(checked)) {
            if (in.readInt() != FORMAT
                    || !in.readUTF().equals(log)
                    || !in.readUTF().equals(settings.toString())) {
                return Positions.START;
            }
            Positions positions = new Positions(in.readLong(), in.readLong(), in.readLong(), in.readLong());
            long latestMs = in.readLong();
            boolean fits = positions.events() <= ends.events()
                    && positions.outcomes() <= ends.outcomes()
                    && positions.allocations() <= ends.allocations()
                    && positions.hashes() <= ends.hashes()
                    && !until.isBefore(positions.events() - 1, latestMs);
            if (!fits) {
                return Positions.START;
            }
            for (int left = in.readInt(); left > 0; left--) {
                RealmModel realm = new RealmModel(in.readUTF(), settings);
                RealmFile.load(realm, in);
                world.realms().put(realm.name, realm);
            }
            long sum = checked.getChecksum().getValue();
            if (in.readLong() != sum) {
                throw new IOException("the checksum is another one");
            }
            world.latestMs(latestMs);
            return positions;
        } catch (NoSuchFileException _) {
            return Positions.START;
        } catch (IOException | RuntimeException e) {
            // Half a file or a foreign one: the log has everything, so it is only slower.
            System.getLogger(Snapshots.class.getName())
                    .log(System.Logger.Level.WARNING, "the snapshot " + file(partition) + " is not used: " + e);
            world.realms().clear();
            return Positions.START;
        }
    }

    /** @param events that this run replayed */
    void save(int partition, World world, Positions positions, long events) throws IOException {
        if (events < WORTH_EVENTS) {
            return;
        }
        write(partition, world, positions);
    }

    void write(int partition, World world, Positions positions) throws IOException {
        Files.createDirectories(directory);
        Path written = Files.createTempFile(directory, "snapshot", ".new");
        try {
            try (var checked = new CheckedOutputStream(
                            new BufferedOutputStream(Files.newOutputStream(written), 1 << 16), new CRC32C());
                    var out = new DataOutputStream(checked)) {
                out.writeInt(FORMAT);
                out.writeUTF(log);
                out.writeUTF(settings.toString());
                out.writeLong(positions.events());
                out.writeLong(positions.outcomes());
                out.writeLong(positions.allocations());
                out.writeLong(positions.hashes());
                out.writeLong(world.latestMs());
                out.writeInt(world.realms().size());
                for (RealmModel realm : world.realms().values()) {
                    out.writeUTF(realm.name);
                    RealmFile.save(realm, out);
                }
                out.writeLong(checked.getChecksum().getValue());
            }
            Files.move(written, file(partition), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    Path file(int partition) {
        String realm = realms.realm() == null ? "" : "-" + realms.realm();
        return directory.resolve(partition + realm + ".snapshot");
    }
}
