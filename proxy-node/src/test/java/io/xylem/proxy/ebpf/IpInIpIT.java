package io.xylem.proxy.ebpf;

import static io.xylem.proxy.domain.TestPackets.packet;
import static io.xylem.proxy.ebpf.TestPrograms.ANSWER_HOLDS_NS;
import static io.xylem.proxy.ebpf.TestPrograms.NEXT;
import static io.xylem.proxy.ebpf.TestPrograms.NONCE;
import static io.xylem.proxy.ebpf.TestPrograms.REDIRECT;
import static io.xylem.proxy.ebpf.TestPrograms.UDP;
import static io.xylem.proxy.ebpf.TestPrograms.V4;
import static io.xylem.proxy.ebpf.TestPrograms.V4_IN_IP;
import static io.xylem.proxy.ebpf.TestPrograms.V6;
import static io.xylem.proxy.ebpf.TestPrograms.V6_IN_IP;
import static io.xylem.proxy.ebpf.TestPrograms.inside;
import static io.xylem.proxy.ebpf.TestPrograms.outerBytes;
import static io.xylem.proxy.ebpf.TestPrograms.wrapped;
import static io.xylem.proxy.ebpf.TestPrograms.wrappedInIp;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.Endpoint;
import io.xylem.proxy.domain.ProbeFrame;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import io.xylem.proxy.linux.BpfProgram;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which packets the programs send without UDP, to whom, and from whom they take them. */
class IpInIpIT extends JoinedWorkers {
    private byte[] asked(boolean v4, String flags) {
        return v4
                ? packet(
                        client.namespaceIp().v4().toString(),
                        server.instanceIp().v4().toString(),
                        new Tcp(40_000, 80, flags))
                : packet(
                        client.namespaceIp().v6().toString(),
                        server.instanceIp().v6().toString(),
                        new Tcp(40_000, 80, flags));
    }

    /** What follows the outer IP header. */
    private static int next(BpfProgram.Run run) {
        byte[] outer = inside(run, 0);
        return outer[outer[0] >> 4 == 6 ? 6 : 9];
    }

    @ParameterizedTest
    @CsvSource({V4 + ", true", V4 + ", false", V6 + ", true", V6 + ", false"})
    void connectionsGoSoWhileThePeerAnswers(String underlay, boolean v4) throws IOException {
        join(underlay);
        throughJava(asked(v4, "A"));
        byte[] segment = asked(v4, "A");
        assertThat(next(p1.fromInstance(segment))).isEqualTo(UDP);
        p1.answered(w2.endpoint, 0);
        assertThat(next(p1.fromInstance(segment))).as("was only asked").isEqualTo(UDP);
        BpfProgram.Run run = p1.fromInstanceInIp(w2.endpoint, segment);
        assertThat(next(run)).isEqualTo(v4 ? V4_IN_IP : V6_IN_IP);
        byte[] outer = inside(run, 0);
        int length = Short.toUnsignedInt(ByteBuffer.wrap(outer).getShort(underlay.equals(V4) ? 2 : 4));
        assertThat(length).isEqualTo(underlay.equals(V4) ? outer.length : outer.length - 40);
        p1.answered(w2.endpoint, System.nanoTime() - 2 * ANSWER_HOLDS_NS);
        assertThat(next(p1.fromInstance(segment))).as("too long ago").isEqualTo(UDP);
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void datagramsStayInUdp(String underlay) throws IOException {
        join(underlay);
        byte[] datagram = packet(
                client.namespaceIp().v4().toString(), server.instanceIp().v4().toString(), new Udp(5, 53));
        throughJava(datagram);
        BpfProgram.Run run = p1.fromInstanceInIp(w2.endpoint, datagram);
        assertThat(run.verdict()).isEqualTo(REDIRECT);
        assertThat(next(run)).isEqualTo(UDP);
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void whatIsLeftToJavaHasItsUdpHeaderBack(String underlay) throws IOException {
        join(underlay);
        throughJava(asked(true, "A"));
        p2.answered(w1.endpoint, 0);
        byte[] unknown = packet(
                client.instanceIp().v4().toString(), server.namespaceIp().v4().toString(), new Tcp(40_001, 80, "A"));
        BpfProgram.Run run = p2.fromUnderlayInIp(w1.endpoint, w2.endpoint, unknown);
        assertThat(run.verdict()).isEqualTo(NEXT);
        byte[] expected = wrapped(w1.endpoint, w2.endpoint, unknown, 0);
        byte[] outer = inside(run, 0);
        if (underlay.equals(V4)) { // whose checksum is right, as one that began with none is not
            ByteBuffer header = ByteBuffer.wrap(outer);
            int sum = 0;
            for (int at = 0; at < 20; at += 2) {
                sum += Short.toUnsignedInt(header.getShort(at));
            }
            assertThat((sum & 0xffff) + (sum >>> 16)).isEqualTo(0xffff);
            header.putShort(10, (short) 0);
        }
        assertThat(outer).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void onlyThePeerOfAFlowMaySendSo(String underlay) throws IOException {
        join(underlay);
        byte[] tunnelled = throughJava(asked(true, "A"));
        Endpoint other = new Endpoint(underlay + 9, 50_103);
        byte[] outer = wrappedInIp(other, w2.endpoint, tunnelled);
        BpfProgram.Run run = p2.fromUnderlay(outer);
        assertThat(run.verdict()).isEqualTo(NEXT);
        assertThat(inside(run, 0)).as("a stranger's stays as it is").isEqualTo(outer);
        p2.answered(other, 0);
        p2.answered(w1.endpoint, 0);
        run = p2.fromUnderlay(outer);
        assertThat(run.verdict()).as("another worker's is Java's to refuse").isEqualTo(NEXT);
        assertThat(next(run)).isEqualTo(UDP);
        assertThat(inside(run, outerBytes(w2))).isEqualTo(tunnelled);
        assertThat(p2.fromUnderlayInIp(w1.endpoint, w2.endpoint, tunnelled).verdict())
                .isEqualTo(REDIRECT);
    }

    @ParameterizedTest
    @CsvSource({V4 + ", 4", V4 + ", 41", V6 + ", 4", V6 + ", 41"})
    void aQuestionComesBackAsAnAnswerWhichIsNoted(String underlay, int protocol) throws IOException {
        join(underlay);
        byte[] question = wrapped(w1.endpoint, w2.endpoint, protocol, question(NONCE));
        BpfProgram.Run ofStranger = p2.fromUnderlay(question);
        assertThat(ofStranger.verdict()).isEqualTo(NEXT);
        assertThat(inside(ofStranger, 0)).isEqualTo(question);

        p2.answered(w1.endpoint, 0);
        BpfProgram.Run answered = p2.fromUnderlay(question);
        assertThat(answered.verdict()).isEqualTo(REDIRECT);
        byte[] answer = question(NONCE);
        answer[4] = 2;
        byte[] outer = inside(answered, 0);
        byte[] expected = wrapped(w2.endpoint, w1.endpoint, protocol, answer);
        assertThat(outer).isEqualTo(expected);
        assertThat(p2.answeredNs(w1.endpoint, protocol)).as("it was only asked").isZero();

        p1.answered(w2.endpoint, 0);
        answer[15]++;
        p1.fromUnderlay(wrapped(w2.endpoint, w1.endpoint, protocol, answer));
        assertThat(p1.answeredNs(w2.endpoint, protocol)).as("another nonce").isZero();
        p1.fromUnderlay(outer);
        assertThat(p1.answeredNs(w2.endpoint, protocol)).isPositive();
        assertThat(p1.answeredNs(w2.endpoint, protocol ^ V4_IN_IP ^ V6_IN_IP)).isZero();
    }

    private static byte[] question(long nonce) {
        ByteBuffer question = ByteBuffer.allocate(ProbeFrame.BYTES);
        ProbeFrame.writeQuestion(nonce, question, 0);
        return question.array();
    }
}
