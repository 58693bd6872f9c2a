package io.xylem.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyJarsTest {
    @TempDir
    Path directory;

    @Test
    void aJarBringsAPolicyBesideThoseBuiltIn() throws Exception {
        JarOf.policy(jar("last.jar"), "Last", "last", "fdff:7000::/21");
        Files.writeString(jar("README"), "no jar, and nobody minds");
        Policies policies = load();
        assertThat(policies.toString()).isEqualTo("closest, hash, last, RR, underutilized");
        BalancingPolicy last = policies.find("LAST").orElseThrow();
        assertThat(last.getClass().getClassLoader()).isNotEqualTo(getClass().getClassLoader());
        Service service = new Service(last).among(Service.equal(5));
        assertThat(service.choose()).isEqualTo(4);
        assertThat(service.explain().chosen()).isEqualTo(Explanation.UNKNOWN);
        assertThat(service.explain().scores()).hasSize(5);
    }

    @Test
    void noDirectoryIsNoPolicyAndAWrongOneIsSaid() {
        assertThat(Policies.load("").all()).hasSize(4);
        assertThat(Policies.load(directory.toString()).all()).hasSize(4);
        assertThatThrownBy(() -> Policies.load(jar("nowhere").toString()))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("xylem.policies.dir");
    }

    @Test
    void twoOfOneNameAreRefusedWithBothPlaces() throws Exception {
        JarOf.policy(jar("a.jar"), "A", "same", "fdff:7000::/21");
        JarOf.policy(jar("b.jar"), "B", "SAME", "fdff:8000::/21");
        refused("'SAME'", "of.test.A in " + jar("a.jar"), "of.test.B in " + jar("b.jar"));
    }

    @Test
    void overlappingRangesAreRefused() throws Exception {
        JarOf.policy(jar("a.jar"), "A", "one", "fdff:7000::/21");
        JarOf.policy(jar("b.jar"), "B", "other", "fdff:7400::/22");
        refused("fdff:7000::/21 of one", "fdff:7400::/22 of other", "overlap");
    }

    @Test
    void theNameOfABuiltInOneIsTaken() throws Exception {
        JarOf.policy(jar("a.jar"), "A", "rr", "fdff:7000::/21");
        refused("'rr'", RoundRobin.class.getName(), jar("a.jar").toString());
    }

    @Test
    void jarsThatCantBeUsed() throws Exception {
        Files.writeString(jar("text.jar"), "this is text");
        refused("text.jar is no jar");
        Files.delete(jar("text.jar"));

        Path empty = Files.createDirectory(jar("empty"));
        JarOf.pack(jar("none.jar"), "# nobody\n", empty);
        refused("none.jar brings no balancing policy");
        JarOf.pack(jar("none.jar"), "of.test.Absent\n", empty);
        refused("none.jar can't be loaded", "of.test.Absent", "not found");
        JarOf.pack(jar("none.jar"), "java.lang.String\n", empty);
        refused("none.jar brings no balancing policy");
        Files.delete(jar("none.jar"));

        JarOf.policy(jar("odd.jar"), "class Odd", "public Odd(int argument) {}", "odd", "fdff:7000::/21");
        refused("odd.jar can't be loaded", "public constructor without parameters");
        JarOf.policy(
                jar("odd.jar"),
                "class Odd",
                "static { if (true) throw new IllegalStateException(\"on purpose\"); }",
                "odd",
                "fdff:7000::/21");
        refused("odd.jar can't be loaded");
    }

    @Test
    void aJarOfSomethingElseIsRefused() throws Exception {
        Path jar = jar("library.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("something/Else.class"));
        }
        refused("library.jar has no META-INF/services/io.xylem.balancing.BalancingPolicy");
    }

    private Policies load() {
        return Policies.load(directory.toString());
    }

    private Path jar(String name) {
        return directory.resolve(name);
    }

    private void refused(String... why) {
        assertThatThrownBy(this::load)
                .isInstanceOf(PolicyException.class)
                .satisfies(refusal -> assertThat(refusal.getMessage()).contains(List.of(why)));
    }
}
