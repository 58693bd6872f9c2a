package io.xylem.proxy.seal;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.KeyAgreement;

/**
 * A key pair of this worker (X25519, RFC 7748), and a session for each key of another worker that it was ever used with:
 * as long as it lives a session is not made twice, so that no number is used twice, or accepted twice.
 */
final class OwnKey {
    static final int BYTES = 32;

    /** Younger ones have higher ones. */
    final int generation;

    final PublicBytes publicKey;
    final long madeNs;
    private final KeyPair pair;
    private final Map<PublicBytes, Session> sessions = new HashMap<>();

    OwnKey(int generation, long nowNs) {
        this.generation = generation;
        madeNs = nowNs;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
            pair = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has X25519", e);
        }
        publicKey = PublicBytes.of((XECPublicKey) pair.getPublic());
    }

    /** @throws GeneralSecurityException when the other key is none */
    Session session(Aead aead, PublicBytes other) throws GeneralSecurityException {
        Session known = sessions.get(other);
        if (known == null) {
            known = Session.derive(aead, generation, publicKey, other, agree(other));
            sessions.put(other, known);
        }
        return known;
    }

    /** By the most used of its sessions; a moment late. */
    long mostSent() {
        return sessions.values().stream().mapToLong(Session::sent).max().orElse(0);
    }

    private byte[] agree(PublicBytes other) throws GeneralSecurityException {
        PublicKey theirs = KeyFactory.getInstance("X25519")
                .generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, other.number()));
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(pair.getPrivate());
        agreement.doPhase(theirs, true); // refuses keys of small order
        return agreement.generateSecret();
    }

    /** A public key as it travels: 32 bytes, the lowest first. */
    record PublicBytes(String hex) {
        private static final HexFormat HEX = HexFormat.of();

        static PublicBytes of(byte[] bytes) {
            if (bytes.length != BYTES) {
                throw new IllegalArgumentException("a public key has " + BYTES + " bytes, not " + bytes.length);
            }
            return new PublicBytes(HEX.formatHex(bytes));
        }

        static PublicBytes of(XECPublicKey key) {
            byte[] big = key.getU().toByteArray();
            byte[] bytes = new byte[BYTES];
            for (int i = 0; i < big.length && i < BYTES; i++) {
                bytes[i] = big[big.length - 1 - i];
            }
            return of(bytes);
        }

        byte[] bytes() {
            return HEX.parseHex(hex);
        }

        BigInteger number() {
            byte[] little = bytes();
            byte[] big = new byte[BYTES];
            for (int i = 0; i < BYTES; i++) {
                big[i] = little[BYTES - 1 - i];
            }
            big[0] &= 0x7f; // RFC 7748: the highest bit is none of the number's
            return new BigInteger(1, big);
        }
    }
}
