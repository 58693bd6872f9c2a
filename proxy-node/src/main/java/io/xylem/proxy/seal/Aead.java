package io.xylem.proxy.seal;

import java.nio.ByteBuffer;

/** AES-128-GCM with tags of 16 bytes (RFC 5116, AEAD_AES_128_GCM), by whoever does it here. */
public interface Aead {
    int KEY_BYTES = 16;
    int NONCE_BYTES = 12;
    int TAG_BYTES = 16;

    /** Who does it, for people. */
    String name();

    /** @param key of 16 bytes, copied */
    Key key(byte[] key);

    /** One key. One thread. Texts are at absolute offsets of direct buffers. */
    interface Key {
        /**
         * Encrypts in place, and puts the tag behind it.
         *
         * @param nonce 12 bytes, never the same twice
         * @param header what is authenticated and not encrypted
         */
        void seal(ByteBuffer memory, int header, int headerBytes, int text, int length, byte[] nonce);

        /**
         * Decrypts into other memory what {@link #seal} made.
         *
         * @param length without the tag
         * @return whether it is authentic; if not, what is at {@code to} means nothing
         */
        boolean open(
                ByteBuffer from,
                int header,
                int headerBytes,
                int text,
                int length,
                byte[] nonce,
                ByteBuffer into,
                int to);
    }
}
