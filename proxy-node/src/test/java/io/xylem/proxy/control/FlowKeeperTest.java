package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.KeptFlow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowKeeperTest {
    private static final KeptFlow TCP = new KeptFlow(
            new InstanceName(ServiceName.parse("A.prod.C.prod"), 9),
            Samples.S1,
            new Ipv6(0, 0xffff_0a12_1e49L),
            new Ipv6(0, 0xffff_0a1e_0001L),
            new Ipv6(0, 0xffff_0a1e_0002L),
            0x1388_1389_0050_0006L,
            true,
            new KeptFlow.Progress((byte) -93, -5, Integer.MAX_VALUE),
            KeptFlow.Kind.CONNECTED,
            3_000_000_000L);
    private static final KeptFlow UDP = new KeptFlow(
            Samples.S2,
            Samples.S1,
            new Ipv6(0xfc00L << 48, 1),
            new Ipv6(0xfdffL << 48, 2),
            new Ipv6(0xfdffL << 48, 2),
            0x0001_0001_0035_0011L,
            false,
            new KeptFlow.Progress((byte) 1, 0, 0),
            KeptFlow.Kind.DATAGRAM,
            0);

    @TempDir
    private Path directory;

    private final Counters counters = new Counters();
    private final List<KeptFlow> flows = new ArrayList<>(List.of(TCP, UDP));
    private long nowMs = 1_000_000;
    private int copies;

    private FlowKeeper keeper() {
        return new FlowKeeper(file(), this::copy, counters, () -> nowMs);
    }

    private Path file() {
        return directory.resolve("flows.bin");
    }

    private CompletableFuture<List<KeptFlow>> copy() {
        copies++;
        return CompletableFuture.completedFuture(List.copyOf(flows));
    }

    @Test
    void comeBackAsMuchOlderAsTheTimeThatWentBy() throws IOException {
        assertThat(keeper().load()).isEmpty();
        keeper().save(flows);
        assertThat(keeper().load()).containsExactly(TCP, UDP);
        nowMs += 1_500;
        assertThat(keeper().load()).containsExactly(TCP.silentFor(1_500_000_000L), UDP.silentFor(1_500_000_000L));
        nowMs -= 5_000;
        assertThat(keeper().load()).as("a clock that was set back").containsExactly(TCP, UDP);
    }

    @Test
    void aFileThatIsOfNoUseIsNoFault() throws IOException {
        keeper().save(flows);
        byte[] bytes = Files.readAllBytes(file());
        bytes[bytes.length / 2] ^= 1;
        Files.write(file(), bytes);
        assertThat(keeper().load()).isEmpty();
        assertThatThrownBy(() -> FlowCodec.parse(bytes)).hasMessageContaining("checksum");
        Files.write(file(), new byte[] {1, 2});
        assertThat(keeper().load()).isEmpty();
        Files.write(file(), Checksummed.of(new byte[] {1, 2, 3, 4, 5, 6}));
        assertThat(keeper().load()).isEmpty();
    }

    @Test
    void areSavedWhenSomeCameOrWentAndWhenTheCopyIsOld() throws Exception {
        FlowKeeper keeper = keeper();
        keeper.save(flows);
        keeper.saveIfDue();
        assertThat(copies).as("nothing has changed").isZero();
        counters.add(Count.FLOWS_OPENED, 1);
        counters.set(Count.FLOWS, 3);
        flows.add(UDP);
        keeper.saveIfDue();
        keeper.saveIfDue();
        assertThat(copies).isEqualTo(1);
        assertThat(keeper().load()).containsExactly(TCP, UDP, UDP);
        nowMs += 60_000;
        keeper.saveIfDue();
        keeper.saveIfDue();
        assertThat(copies).isEqualTo(2);
        counters.set(Count.FLOWS, 0);
        nowMs += 60_000;
        keeper.saveIfDue();
        assertThat(copies).as("there is none").isEqualTo(2);
    }
}
