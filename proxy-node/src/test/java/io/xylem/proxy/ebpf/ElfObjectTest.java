package io.xylem.proxy.ebpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.proxy.Skip;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** The file of this build, whole and damaged. */
class ElfObjectTest {
    private static byte[] built() throws IOException {
        try (InputStream in = Programs.class.getResourceAsStream("xylem.bpf.o")) {
            Skip.unless(in != null, "this build has no BPF programs, as there was no clang");
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }

    @Test
    void mapsAndProgramsAreFoundByName() throws IOException {
        ElfObject object = new ElfObject(built());
        List<String> maps = object.symbols(object.section("maps")).stream()
                .map(ElfObject.Symbol::name)
                .toList();
        assertThat(maps).contains("flows_out", "flows_in", "flow_uses", "counts", "config", "doors", "tickets");
        for (String program : List.of("tc/from_instance", "tc/from_underlay")) {
            assertThat(object.relocations(object.section(program)))
                    .isNotEmpty()
                    .allSatisfy(relocation ->
                            assertThat(maps).contains(relocation.symbol().name()));
        }
        assertThatThrownBy(() -> object.section("tc/other"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("tc/other");
    }

    @Test
    void whatIsDamagedIsSaidToBe() throws IOException {
        byte[] whole = built();
        for (int length : new int[] {0, 10, 63, 64, 1_000, whole.length - 1_000}) {
            assertThatThrownBy(() -> new ElfObject(Arrays.copyOf(whole, length)))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(IOException.class);
        }
        byte[] other = whole.clone();
        other[5] = 2; // big-endian
        assertThatThrownBy(() -> new ElfObject(other)).hasMessageContaining("little-endian");
    }
}
