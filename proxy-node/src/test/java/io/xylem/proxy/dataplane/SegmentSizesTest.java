package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.PacketCases;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No end of a connection hears that the other takes longer segments than the way between them does. */
class SegmentSizesTest {
    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");

    /** The underlay of the sender's worker, and of the receiver's, takes so many bytes of a packet. */
    @ParameterizedTest
    @CsvSource({
        "true, 1450, 1450, 1460, 1410",
        "true, 9000, 1300, 1460, 1260",
        "true, 1300, 9000, 1460, 1260",
        "true, 1300, 1300, 1200, 1200",
        "false, 1450, 1450, 1440, 1390",
        "false, 1452, 1280, 1440, 1220",
        "false, 1280, 1452, 1440, 1220"
    })
    void ofTheSmallerUnderlay(boolean v4, int there, int here, int said, int heard) {
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        overlay.underlay.carry(w1.endpoint, there);
        overlay.underlay.carry(w2.endpoint, here);
        w1.send(PacketCases.syn(text(client.namespaceIp(), v4), text(SERVICE_IP, v4), false, said));
        overlay.settle();
        assertThat(w2.delivered())
                .containsExactly(
                        PacketCases.syn(text(client.instanceIp(), v4), text(server.namespaceIp(), v4), false, heard));
        w2.send(PacketCases.syn(text(server.namespaceIp(), v4), text(client.instanceIp(), v4), true, said));
        overlay.settle();
        assertThat(w1.delivered())
                .containsExactly(PacketCases.syn(text(SERVICE_IP, v4), text(client.namespaceIp(), v4), true, heard));
    }

    /** Whatever stands there instead of options is passed on as it is. */
    @ParameterizedTest
    @CsvSource({"2", "2 3 255 255", "0 2 4 255 255", "1 1 2", "3 0 2 4 255 255", "3 200 2 4 255 255", "1 1 1 2 3 255"})
    void whatIsNoOption(String bytes) {
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        byte[] options = new byte[8];
        int at = 0;
        for (String one : List.of(bytes.split(" "))) {
            options[at++] = (byte) Integer.parseInt(one);
        }
        w1.send(PacketCases.syn(text(client.namespaceIp(), true), text(server.instanceIp(), true), false, options));
        overlay.settle();
        assertThat(w2.delivered())
                .containsExactly(PacketCases.syn(
                        text(client.instanceIp(), true), text(server.namespaceIp(), true), false, options));
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }
}
