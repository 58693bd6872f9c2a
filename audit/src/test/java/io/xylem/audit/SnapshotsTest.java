package io.xylem.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.RealmConfigured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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

    /** An address that had rested by a shorter time does not rest again with a longer one, whoever replays from in between. */
    @Test
    void whatHadRestedBeforeASnapshotStaysSo() throws Exception {
        Log log = Log.ofDefaults();
        AddressRequest request = new AddressRequest("RR", "10.30.0.9", null);
        var _ = log.send(Log.registered("A.prod.S.prod", request));
        var _ = log.send(Log.removed("A.prod.S.prod"));
        var _ = log.send(new RealmConfigured(Map.of("rest.ms", "1000", "rest.confirmed.ms", "0")));
        log.nowMs += 5_000;
        var _ = log.send(new RealmConfigured(Map.of("rest.ms", "60000")));
        int before = log.events.size();
        assertThat(log.send(Log.registered("A.prod.T.prod", request)).getStatus())
                .isEqualTo(OutcomeStatus.ACCEPTED);
        Findings findings = new Findings(0);
        Report.OfPartition report = log.runInTwo(directory, before, findings);
        assertThat(report.snapshot()).isEqualTo(before);
        assertThat(findings.inOrder()).isEmpty();
    }

    @Test
    void aDamagedSnapshotIsNotUsed() throws Exception {
        Log log = random(200);
        Findings findings = new Findings(0);
        var _ = log.runInTwo(directory, 100, findings);
        Path file = new Snapshots(directory, Log.NAME, log.settings(), RealmFilter.ALL).file(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        World world = new World(log.settings(), 1);
        PartitionCheck.Positions ends = new PartitionCheck.Positions(200, 200, 1_000, 10);
        assertThat(load(Log.NAME, log, world, ends)).isEqualTo(PartitionCheck.Positions.START);
        assertThat(world.realms()).isEmpty();
    }

    @Test
    void aSnapshotOfALongerLogIsNotUsed() throws Exception {
        Log log = random(200);
        var _ = log.runInTwo(directory, 100, new Findings(0));
        World world = new World(log.settings(), 1);
        PartitionCheck.Positions ends = new PartitionCheck.Positions(99, 200, 1_000, 10);
        assertThat(load(Log.NAME, log, world, ends)).isEqualTo(PartitionCheck.Positions.START);
    }

    @Test
    void aSnapshotOfAnotherLogIsNotUsed() throws Exception {
        Log log = random(200);
        var _ = log.runInTwo(directory, 100, new Findings(0));
        World world = new World(log.settings(), 1);
        PartitionCheck.Positions ends = new PartitionCheck.Positions(200, 200, 1_000, 10);
        Path file = new Snapshots(directory, Log.NAME, log.settings(), RealmFilter.ALL).file(0);
        Path other = new Snapshots(directory, "another log", log.settings(), RealmFilter.ALL).file(0);
        Files.createDirectories(other.getParent());
        Files.copy(file, other);
        assertThat(load("another log", log, world, ends)).isEqualTo(PartitionCheck.Positions.START);
        assertThat(load(Log.NAME, log, world, ends).events()).isEqualTo(100);
    }

    @Test
    void aSnapshotOfLaterEventsIsNotUsed() throws Exception {
        Log log = random(200);
        var _ = log.runInTwo(directory, 100, new Findings(0));
        PartitionCheck.Positions ends = new PartitionCheck.Positions(200, 200, 1_000, 10);
        Snapshots snapshots = new Snapshots(directory, Log.NAME, log.settings(), RealmFilter.ALL);
        long lastMs = log.events.get(99).atMs();
        assertThat(snapshots.load(0, new World(log.settings(), 1), ends, new Moment(98, Long.MAX_VALUE)))
                .isEqualTo(PartitionCheck.Positions.START);
        assertThat(snapshots.load(0, new World(log.settings(), 1), ends, new Moment(Long.MAX_VALUE, lastMs - 1)))
                .isEqualTo(PartitionCheck.Positions.START);
        assertThat(snapshots
                        .load(0, new World(log.settings(), 1), ends, new Moment(99, lastMs))
                        .events())
                .isEqualTo(100);
    }

    private PartitionCheck.Positions load(String name, Log log, World world, PartitionCheck.Positions ends)
            throws Exception {
        return new Snapshots(directory, name, log.settings(), RealmFilter.ALL).load(0, world, ends, Moment.NOW);
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
