package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.balancing.Site;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.model.Location;
import io.xylem.proxy.domain.Host;
import io.xylem.proxy.domain.RouteUpdate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteSnapshotTest {
    private static final RouteSnapshot SAVED = new RouteSnapshot(
            Samples.INTEREST,
            42,
            1_700_000_000_000L,
            10,
            List.of(Samples.S),
            List.of(
                    Samples.service(3),
                    Samples.at(Samples.S1, "w1", InstanceState.READY, 7),
                    new RouteUpdate.InstanceAt(
                            Samples.S3,
                            Samples.address("10.30.0.4", "fdff::3"),
                            Samples.address("10.18.30.67", "fc00::7903"),
                            new Host(new Site("w3", "eu-1", new Location(48.1, 11.6)), new Endpoint("fd00::3", 50_104)),
                            7,
                            InstanceState.UNREADY,
                            8,
                            true),
                    new RouteUpdate.InstanceWithdrawn(Samples.S2, 9),
                    new RouteUpdate.ServiceWithdrawn(Samples.S, 11)));

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void save() throws IOException {
        file = directory.resolve("routes.bin");
        SAVED.save(file);
    }

    @Test
    void comesBackAsItWasSaved() throws IOException {
        assertThat(RouteSnapshot.load(file, Samples.REALM, "w1")).contains(SAVED);
    }

    @Test
    void replacesTheOldOneAndLeavesNothingElse() throws IOException {
        RouteSnapshot next = new RouteSnapshot(Samples.BROADCAST, 43, 1, 2, List.of(), List.of());
        next.save(file);
        assertThat(RouteSnapshot.load(file, Samples.REALM, "w1")).contains(next);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void isOfNoUseToAnotherWorkerOrRealm() throws IOException {
        assertThat(RouteSnapshot.load(file, Samples.REALM, "w2")).isEmpty();
        assertThat(RouteSnapshot.load(file, "other", "w1")).isEmpty();
        assertThat(RouteSnapshot.load(directory.resolve("none"), Samples.REALM, "w1"))
                .isEmpty();
    }

    @Test
    void anyByteChangedAndAnyLengthLessIsNoticed() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        assertThat(RouteSnapshot.parse(whole)).isEqualTo(SAVED);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x10;
            assertThatThrownBy(() -> RouteSnapshot.parse(damaged))
                    .as("byte %d", i)
                    .isInstanceOf(IOException.class);
            byte[] cut = Arrays.copyOf(whole, i);
            assertThatThrownBy(() -> RouteSnapshot.parse(cut))
                    .as("length %d", i)
                    .isInstanceOf(IOException.class);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        assertThat(RouteSnapshot.load(file, Samples.REALM, "w1")).isEmpty();
    }
}
