package io.xylem.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that goes on from a snapshot derives what a run from the start does. */
class SnapshotsTest {
    @TempDir
    Path directory;

    @Test
    void theRestOfARandomLogIsCleanAfterASnapshot() throws Exception {
        Log log = random(4_000);
        Findings findings = new Findings(0);
        Report.OfPartition report = log.runInTwo(directory, 2_500, findings);
        assertThat(findings.inOrder()).isEmpty();
        assertThat(report.snapshot()).isEqualTo(2_500);
        assertThat(report.events()).isEqualTo(1_500);
        assertThat(report.repeated()).isPositive();
        assertThat(report.hashes()).isPositive();
    }

    @Test
    void aDamagedSnapshotIsNotUsed() throws Exception {
        Log log = random(200);
        Findings findings = new Findings(0);
        var _ = log.runInTwo(directory, 100, findings);
        Path file = directory.resolve("0.snapshot");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        World world = new World(log.settings(), 1);
        PartitionCheck.Positions ends = new PartitionCheck.Positions(200, 200, 1_000, 10);
        assertThat(new Snapshots(directory, log.settings(), RealmFilter.ALL).load(0, world, ends))
                .isEqualTo(PartitionCheck.Positions.START);
        assertThat(world.realms()).isEmpty();
    }

    @Test
    void aSnapshotOfALongerLogIsNotUsed() throws Exception {
        Log log = random(200);
        var _ = log.runInTwo(directory, 100, new Findings(0));
        World world = new World(log.settings(), 1);
        PartitionCheck.Positions ends = new PartitionCheck.Positions(99, 200, 1_000, 10);
        assertThat(new Snapshots(directory, log.settings(), RealmFilter.ALL).load(0, world, ends))
                .isEqualTo(PartitionCheck.Positions.START);
    }

    private Log random(int count) {
        RandomBodies bodies = new RandomBodies(RandomBodies.seed(getClass()));
        Log log = Log.ofSmallPools();
        for (int i = 0; i < count; i++) {
            log.nowMs += bodies.stepMs();
            var _ = log.send(bodies.realm(), bodies.id(i), bodies.next(i));
        }
        return log;
    }
}
