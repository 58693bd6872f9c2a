package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Realm.S;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The documentation's example must come out exactly. */
class AddressPlanExampleTest {
    @Test
    void applicationAWithTwoInstancesOnTheWorkerThatJoinsAs122nd() {
        Realm realm = new Realm(Realm.DEFAULTS);
        for (int i = 1; i <= 121; i++) {
            realm.ok(Realm.joined("w" + i));
        }
        assertThat(realm.ok(Realm.joined("W")).toString()).contains("10.18.30.64/26 fc00::7900/120");
        assertThat(realm.ok(Realm.registered(S)).toString())
                .contains("ServiceIp[ipType=RR, address=10.30.0.1 fdff:2000::1]");
        assertThat(realm.schedule(S, 1, "W").toString())
                .contains("instanceIp=10.30.0.2 fdff::1, namespaceIp=10.18.30.65 fc00::7901");
        assertThat(realm.schedule(S, 2, "W").toString())
                .contains("instanceIp=10.30.0.3 fdff::2, namespaceIp=10.18.30.66 fc00::7902");
    }

    @Test
    void theLastWorkerAndItsLastInstance() {
        Realm realm = new Realm(Realm.DEFAULTS);
        for (int i = 1; i < 1024; i++) {
            realm.ok(Realm.joined("w" + i));
        }
        assertThat(realm.ok(Realm.joined("last")).toString()).contains("10.18.255.192/26 fc00::3:ff00/120");
        assertThat(realm.refused(Rejection.Code.WORKER_POOL_EXHAUSTED, Realm.joined("toomany")))
                .contains("1024 are held, none rests");

        realm.withService(S);
        for (int i = 1; i < 62; i++) {
            realm.schedule(S, i, "last");
        }
        assertThat(realm.schedule(S, 62, "last").namespaceIp().toString()).isEqualTo("10.18.255.254 fc00::3:ff3e");
        assertThat(realm.refused(Rejection.Code.WORKER_FULL, Realm.scheduled(S, 63, "last")))
                .contains("62 are held, none rests")
                .contains("10.18.255.192/26");
    }

    @Test
    void theSharedPoolDownToItsLastAddress() {
        Realm realm = new Realm(Realm.DEFAULTS);
        String last = "";
        for (int i = 0; i < 65_534; i++) {
            last = realm.ok(Realm.registered("A.prod.S" + i + ".prod")).toString();
        }
        assertThat(last).contains("10.30.255.254 fdff:2000::fffe");
        assertThat(realm.refused(Rejection.Code.POOL_EXHAUSTED, Realm.registered(S)))
                .contains("65534 are held, none rests")
                .contains("10.30.0.1 to 10.30.255.254");
    }
}
