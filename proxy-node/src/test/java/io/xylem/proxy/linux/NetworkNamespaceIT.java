package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkNamespaceIT {
    private TestNamespaces namespaces;

    @BeforeEach
    void setUp() throws IOException {
        namespaces = TestNamespaces.orSkip();
    }

    @AfterEach
    void tearDown() throws IOException {
        if (namespaces != null) {
            namespaces.close();
        }
    }

    @Test
    void workInsideSeesTheNamespacesInterfacesAndTheCallerStaysOutside() throws IOException {
        NetworkNamespace inside = namespaces.make("a");
        IpCommand.run(inside, "link add name xvonly type veth peer name xvpeer");
        assertThat(inside.call(() -> Interfaces.hardwareAddress("xvonly"))).isNotNull();
        assertThat(Interfaces.hardwareAddress("xvonly")).isNull();
        assertThat(NetworkNamespace.of(inside.path()).call(() -> Interfaces.hardwareAddress("xvonly")))
                .as("by path")
                .isNotNull();
    }

    @Test
    void whatTheWorkThrowsComesOut() throws IOException {
        NetworkNamespace inside = namespaces.make("a");
        Callable<String> failing = () -> {
            throw new IllegalStateException("mine");
        };
        assertThatThrownBy(() -> inside.call(failing))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
    }

    @Test
    void aNameThatDoesNotExistSaysHowToFindOneThatDoes() {
        assertThatThrownBy(() -> NetworkNamespace.of("xyl-nobody").call(() -> 1))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("xyl-nobody")
                .hasMessageContaining("ENOENT")
                .hasMessageContaining("ip netns list");
    }

    @Test
    void aFileThatIsNoNamespaceIsRefused(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> NetworkNamespace.of(file.toString()).call(() -> 1))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("is not a network namespace");
    }

    @Test
    void aFailingBatchNamesItsLineAndWhatIpSaid() throws IOException {
        NetworkNamespace inside = namespaces.make("a");
        assertThatThrownBy(() -> IpCommand.run(inside, "link set dev lo up", "link set dev nothere up"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("`ip link set dev nothere up`")
                .hasMessageContaining("Cannot find device");
    }
}
