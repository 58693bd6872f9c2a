package io.xylem.bench;

import io.xylem.proxy.dataplane.Tunnel;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.linux.OpenSsl;
import io.xylem.proxy.seal.Aead;
import io.xylem.proxy.seal.JdkAead;
import io.xylem.proxy.seal.Keyring;
import io.xylem.proxy.seal.SealedTunnel;

/** The keys of the two workers, each told the other's, as the log would. */
final class TunnelSecrets {
    private final Keyring first;
    private final Keyring second;

    TunnelSecrets() {
        Aead found = OpenSsl.find();
        Aead aead = found != null ? found : new JdkAead();
        Keyring.Times times = Keyring.Times.defaults(3_600_000_000_000L);
        first = new Keyring(aead, times, 0);
        second = new Keyring(aead, times, 0);
        first.heard("w2", Lab.UNDERLAY_2, second.published());
        second.heard("w1", Lab.UNDERLAY_1, first.published());
    }

    Tunnel seal(String worker, Tunnel tunnel, Counters counters) {
        return new SealedTunnel(tunnel, worker.equals("w1") ? first : second, counters);
    }
}
