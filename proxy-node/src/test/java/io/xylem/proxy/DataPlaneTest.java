package io.xylem.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.proxy.linux.SuperPackets;
import org.junit.jupiter.api.Test;

class DataPlaneTest {
    @Test
    void anUnderlayThatCutsLongSuperPacketsIsSaidWithItsRemedy() {
        assertThat(DataPlane.ofShortSuperPackets("ens3", SuperPackets.USUAL_BYTES))
                .contains(
                        "xylem.bigtcp=true makes packets slower",
                        "185000 bytes, and the underlay's ens3 takes 65536",
                        "ip link set dev ens3 gso_max_size 185000 gso_ipv4_max_size 185000");
        assertThat(DataPlane.ofShortSuperPackets("ens3", SuperPackets.BIG_BYTES - 1))
                .isNotNull();
        assertThat(DataPlane.ofShortSuperPackets("ens3", SuperPackets.BIG_BYTES))
                .isNull();
        assertThat(DataPlane.ofShortSuperPackets("ens3", 2 * SuperPackets.BIG_BYTES))
                .isNull();
    }
}
