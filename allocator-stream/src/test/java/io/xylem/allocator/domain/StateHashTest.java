package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.Endpoint;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateHashTest {
    private static final int ALL = 100_000;

    /** The examples of docs/state-hash.md, which a program in another language computed. */
    @Test
    void theExamplesOfTheDocumentComeOut() {
        Realm realm = new Realm(Realm.DEFAULTS);
        assertThat(hash(realm)).isEqualTo("0".repeat(64));
        realm.ok(new Event.WorkerJoined(
                "w1", "c1", new Endpoint("192.168.77.1", 50103), "eu-1", new Location(48.1, 11.6)));
        realm.withService(Realm.S);
        realm.schedule(Realm.S, 1, "w1");
        assertThat(entries(realm.store))
                .containsExactly(
                        "main|worker|w1 c1 192.168.77.1:50103 eu-1 48.1 11.6 10.18.0.0/26 fc00::/120 false",
                        "main|service|A.prod.S.prod RR=10.30.0.1,fdff:2000::1",
                        "main|instance|A.prod.S.prod|1 w1 10.30.0.2 fdff::1 10.18.0.1 fc00::1 SCHEDULED");
        assertThat(hash(realm)).isEqualTo("d87001b617eb98e8fe0d978f482499f5b07a295cfb03745e0a8f459e2e619fa5");
    }

    @Test
    void theHashIsThatOfTheStateFromScratchAfterAnyEvents() throws NoSuchAlgorithmException {
        RandomEvents events = new RandomEvents(RandomEvents.seed(getClass()));
        Realm realm = new Realm(Realm.SMALL);
        for (int i = 0; i < 5_000; i++) {
            realm.passMs(events.stepMs());
            realm.send(events.next(i));
            assertThat(hash(realm)).as("after event " + i).isEqualTo(fromScratch(entries(realm.store)));
        }
        assertThat(Applier.tally(realm.store).events()).isEqualTo(5_000);
    }

    @Test
    void theOrderDoesNotMatterAndWhatIsTakenBackLeavesNoTrace() {
        StateHash ab = StateHash.EMPTY.plus("a").plus("b");
        assertThat(StateHash.EMPTY.plus("b").plus("c").plus("a").minus("c")).isEqualTo(ab);
        assertThat(ab.minus("a").minus("b")).isEqualTo(StateHash.EMPTY);
        assertThat(StateHash.EMPTY.minus("a").plus("a")).isEqualTo(StateHash.EMPTY);
        assertThat(StateHash.parse(ab.toString())).isEqualTo(ab);
    }

    @Test
    void whatRestsIsNotInIt() {
        Realm realm = new Realm(Realm.SMALL).withWorkers("w1").withService(Realm.S);
        String before = hash(realm);
        realm.schedule(Realm.S, 1, "w1");
        assertThat(hash(realm)).isNotEqualTo(before);
        realm.ok(Realm.removed(Realm.S, 1));
        assertThat(hash(realm)).isEqualTo(before);
    }

    private static String hash(Realm realm) {
        return Applier.tally(realm.store).hash().toString();
    }

    /** Written once more, after the document. */
    private static List<String> entries(RealmView view) {
        List<String> entries = new ArrayList<>();
        for (Map.Entry<String, State.Worker> entry : view.table(Tables.WORKERS).list("", ALL)) {
            State.Worker w = entry.getValue();
            Location at = w.location();
            entries.add(String.format(
                    "main|worker|%s %s %s %s %s %s %s %s %s",
                    w.name(),
                    w.cluster(),
                    w.underlay(),
                    w.zone() == null ? "-" : w.zone(),
                    at == null ? "-" : at.latitude(),
                    at == null ? "-" : at.longitude(),
                    w.subnet().v4(),
                    w.subnet().v6(),
                    w.lost()));
        }
        for (Map.Entry<String, State.Service> entry :
                view.table(Tables.SERVICES).list("", ALL)) {
            List<String> ips = new ArrayList<>();
            for (ServiceIp ip : entry.getValue().ips()) {
                ips.add(ip.ipType() + "=" + ip.address().v4() + ","
                        + ip.address().v6());
            }
            ips.sort(null);
            entries.add("main|service|" + entry.getValue().name() + " " + String.join(";", ips));
        }
        for (Map.Entry<String, State.Instance> entry :
                view.table(Tables.INSTANCES).list("", ALL)) {
            State.Instance i = entry.getValue();
            entries.add(String.format(
                    "main|instance|%s|%d %s %s %s %s %s %s%s",
                    i.name().service(),
                    i.name().number(),
                    i.worker(),
                    i.instanceIp().v4(),
                    i.instanceIp().v6(),
                    i.namespaceIp().v4(),
                    i.namespaceIp().v6(),
                    i.state(),
                    i.weight() == 1 ? "" : " " + i.weight()));
        }
        return entries;
    }

    private static String fromScratch(List<String> entries) throws NoSuchAlgorithmException {
        BigInteger sum = BigInteger.ZERO;
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (String entry : entries) {
            sum = sum.add(new BigInteger(1, sha256.digest(entry.getBytes(StandardCharsets.UTF_8))));
        }
        byte[] bytes =
                sum.mod(BigInteger.TWO.pow(256)).add(BigInteger.TWO.pow(256)).toByteArray();
        return HexFormat.of().formatHex(bytes, 1, 33);
    }
}
