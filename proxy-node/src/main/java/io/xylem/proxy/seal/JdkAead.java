package io.xylem.proxy.seal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** By the JDK, where there is no better one: it allocates some 900 bytes for each packet. */
public final class JdkAead implements Aead {
    @Override
    public String name() {
        return "the JDK, which allocates memory for each packet: install OpenSSL 3 for more speed";
    }

    @Override
    public Key key(byte[] key) {
        return new JdkKey(new SecretKeySpec(key, "AES"));
    }

    private static final class JdkKey implements Key {
        private final SecretKeySpec key;
        private final Cipher cipher;
        private byte[] text = new byte[2_048];
        private byte[] result = new byte[2_048];

        JdkKey(SecretKeySpec key) {
            this.key = key;
            try {
                cipher = Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has AES/GCM", e);
            }
        }

        @Override
        public void seal(ByteBuffer memory, int header, int headerBytes, int at, int length, byte[] nonce) {
            reserve(length + TAG_BYTES);
            try {
                begin(Cipher.ENCRYPT_MODE, memory, header, headerBytes, nonce);
                memory.get(at, text, 0, length);
                int sealed = cipher.doFinal(text, 0, length, result, 0);
                memory.put(at, result, 0, sealed);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a packet can't be encrypted", e);
            }
        }

        @Override
        public boolean open(
                ByteBuffer from,
                int header,
                int headerBytes,
                int at,
                int length,
                byte[] nonce,
                ByteBuffer into,
                int to) {
            reserve(length + TAG_BYTES);
            try {
                begin(Cipher.DECRYPT_MODE, from, header, headerBytes, nonce);
                from.get(at, text, 0, length + TAG_BYTES);
                int opened = cipher.doFinal(text, 0, length + TAG_BYTES, result, 0);
                into.put(to, result, 0, opened);
                return true;
            } catch (AEADBadTagException e) {
                return false;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a packet can't be decrypted", e);
            }
        }

        private void begin(int mode, ByteBuffer memory, int header, int headerBytes, byte[] nonce)
                throws GeneralSecurityException {
            cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
            memory.get(header, text, 0, headerBytes);
            cipher.updateAAD(text, 0, headerBytes);
        }

        private void reserve(int bytes) {
            if (bytes > text.length) {
                text = Arrays.copyOf(text, bytes);
                result = Arrays.copyOf(result, bytes);
            }
        }
    }
}
