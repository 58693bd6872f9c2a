package io.xylem.proxy.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.xylem.proxy.seal.OwnKey.PublicBytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * What two key pairs of two workers make: a key for either direction. For the packets' thread once it is made.
 *
 * <pre>
 *  HKDF-SHA256 (RFC 5869), salt "xylem tunnel 1", of the X25519 secret, info: sender's public key | receiver's
 *  ──► key 16 bytes | nonce prefix 4 | identifier 4
 * </pre>
 */
final class Session {
    /** After so many packets of one key its successor must be in use. */
    static final long MAX_PACKETS = 1L << 48;

    private static final byte[] SALT = "xylem tunnel 1".getBytes(US_ASCII);
    private static final int PREFIX_BYTES = Aead.NONCE_BYTES - Long.BYTES;
    private static final int DERIVED_BYTES = Aead.KEY_BYTES + PREFIX_BYTES + Integer.BYTES;

    private record Direction(Aead.Key key, byte[] nonce, int id) {
        static Direction derive(Aead aead, byte[] secret, PublicBytes sender, PublicBytes receiver)
                throws GeneralSecurityException {
            byte[] info = Arrays.copyOf(sender.bytes(), 2 * OwnKey.BYTES);
            System.arraycopy(receiver.bytes(), 0, info, OwnKey.BYTES, OwnKey.BYTES);
            byte[] derived = KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(secret)
                            .addSalt(SALT)
                            .thenExpand(info, DERIVED_BYTES));
            byte[] nonce = new byte[Aead.NONCE_BYTES];
            System.arraycopy(derived, Aead.KEY_BYTES, nonce, 0, PREFIX_BYTES);
            return new Direction(
                    aead.key(Arrays.copyOf(derived, Aead.KEY_BYTES)),
                    nonce,
                    ByteBuffer.wrap(derived).getInt(DERIVED_BYTES - Integer.BYTES));
        }

        byte[] nonce(long number) {
            for (int i = 0; i < Long.BYTES; i++) {
                nonce[PREFIX_BYTES + i] = (byte) (number >>> (Long.SIZE - Byte.SIZE - i * Byte.SIZE));
            }
            return nonce;
        }
    }

    /** Of this worker's key. */
    final int generation;

    private final Direction sending;
    private final Direction receiving;
    private final ReplayWindow window = new ReplayWindow();
    private long sent;

    private Session(int generation, Direction sending, Direction receiving) {
        this.generation = generation;
        this.sending = sending;
        this.receiving = receiving;
    }

    static Session derive(Aead aead, int generation, PublicBytes own, PublicBytes other, byte[] secret)
            throws GeneralSecurityException {
        return new Session(
                generation, Direction.derive(aead, secret, own, other), Direction.derive(aead, secret, other, own));
    }

    /** How the other side names it in what it sends. */
    int receivingId() {
        return receiving.id;
    }

    long sent() {
        return sent;
    }

    boolean isUsedUp() {
        return sent >= MAX_PACKETS;
    }

    /** Puts the header before a packet, and the tag behind it. @return how long it is then */
    int seal(ByteBuffer memory, int at, int length) {
        long number = sent++;
        SealedFrame.write(memory, at, sending.id, number);
        sending.key.seal(
                memory, at, SealedFrame.HEADER_BYTES, at + SealedFrame.HEADER_BYTES, length, sending.nonce(number));
        return length + SealedFrame.OVERHEAD_BYTES;
    }

    boolean isReplayed(long number) {
        return !window.mayBeNew(number);
    }

    /** @return whether it is authentic; its number is then used up */
    boolean open(ByteBuffer from, int at, int length, long number, ByteBuffer into, int to) {
        boolean isAuthentic = receiving.key.open(
                from,
                at,
                SealedFrame.HEADER_BYTES,
                at + SealedFrame.HEADER_BYTES,
                length - SealedFrame.OVERHEAD_BYTES,
                receiving.nonce(number),
                into,
                to);
        if (isAuthentic) {
            window.note(number);
        }
        return isAuthentic;
    }
}
