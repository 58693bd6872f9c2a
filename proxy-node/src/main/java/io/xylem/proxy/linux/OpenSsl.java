package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;
import static io.xylem.proxy.linux.Native.MEMORY;

import io.xylem.proxy.seal.Aead;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** AES-128-GCM by OpenSSL 3: on the packets where they are, without any allocation. The functions are those of its EVP manual pages. */
public final class OpenSsl implements Aead {
    private static final String LIBRARY = "libcrypto.so.3";
    // openssl/evp.h
    private static final int GET_TAG = 0x10;
    private static final int SET_TAG = 0x11;
    private static final int DECRYPT = 0;
    private static final int ENCRYPT = 1;
    private static final int AS_IT_IS = -1;

    private static final Cleaner CLEANER = Cleaner.create();

    private final MethodHandle newContext;
    private final MethodHandle freeContext;
    private final MethodHandle init;
    private final MethodHandle update;
    private final MethodHandle end;
    private final MethodHandle control;
    private final long cipher;

    private OpenSsl(SymbolLookup library) {
        newContext = handle(library, "EVP_CIPHER_CTX_new", FunctionDescriptor.of(LONG));
        freeContext = handle(library, "EVP_CIPHER_CTX_free", FunctionDescriptor.ofVoid(LONG));
        init = handle(library, "EVP_CipherInit_ex", INT, LONG, LONG, LONG, LONG, LONG, INT);
        update = handle(library, "EVP_CipherUpdate", INT, LONG, LONG, LONG, LONG, INT);
        end = handle(library, "EVP_CipherFinal_ex", INT, LONG, LONG, LONG);
        control = handle(library, "EVP_CIPHER_CTX_ctrl", INT, LONG, INT, INT, LONG);
        try {
            cipher = (long) handle(library, "EVP_aes_128_gcm", FunctionDescriptor.of(LONG))
                    .invokeExact();
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @return null where this machine has no OpenSSL 3 */
    @SuppressWarnings("restricted")
    public static @Nullable OpenSsl find() {
        try {
            return new OpenSsl(SymbolLookup.libraryLookup(LIBRARY, Arena.global()));
        } catch (IllegalArgumentException e) {
            return null; // there is no such library
        }
    }

    private static MethodHandle handle(
            SymbolLookup library, String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(library, name, FunctionDescriptor.of(result, arguments));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(SymbolLookup library, String name, FunctionDescriptor type) {
        MemorySegment function = library.find(name)
                .orElseThrow(() -> new IllegalArgumentException(LIBRARY + " has no function " + name));
        return Linker.nativeLinker().downcallHandle(function, type);
    }

    @Override
    public String name() {
        return "OpenSSL";
    }

    @Override
    public Key key(byte[] key) {
        return new SslKey(key);
    }

    /** Nobody but the collector knows when a key's last packet has passed. Its key is erased. */
    private Runnable free(long sealing, long opening) {
        MethodHandle release = freeContext;
        return () -> {
            try {
                release.invokeExact(sealing);
                release.invokeExact(opening);
            } catch (Throwable e) {
                throw Native.impossible(e);
            }
        };
    }

    private final class SslKey implements Key {
        private final MemorySegment places = Arena.ofAuto().allocate(NONCE_BYTES + Integer.BYTES, 8);
        private final long nonceAt = places.address();
        /** Where functions put a length that we know. */
        private final long lengthAt = nonceAt + NONCE_BYTES;

        private final BaseAddress base = new BaseAddress();
        private final BaseAddress otherBase = new BaseAddress();
        private final long sealing;
        private final long opening;

        SslKey(byte[] key) {
            try (Arena scratch = Arena.ofConfined()) {
                long keyAt = scratch.allocateFrom(ValueLayout.JAVA_BYTE, key).address();
                sealing = (long) newContext.invokeExact();
                opening = (long) newContext.invokeExact();
                require((int) init.invokeExact(sealing, cipher, 0L, keyAt, 0L, ENCRYPT));
                require((int) init.invokeExact(opening, cipher, 0L, keyAt, 0L, DECRYPT));
            } catch (Throwable e) {
                throw Native.impossible(e);
            }
            CLEANER.register(this, free(sealing, opening));
        }

        @Override
        public void seal(ByteBuffer memory, int header, int headerBytes, int text, int length, byte[] nonce) {
            long at = base.of(memory);
            put(nonce);
            try {
                require((int) init.invokeExact(sealing, 0L, 0L, 0L, nonceAt, AS_IT_IS));
                require((int) update.invokeExact(sealing, 0L, lengthAt, at + header, headerBytes));
                require((int) update.invokeExact(sealing, at + text, lengthAt, at + text, length));
                require((int) end.invokeExact(sealing, at + text + length, lengthAt));
                require((int) control.invokeExact(sealing, GET_TAG, TAG_BYTES, at + text + length));
            } catch (Throwable e) {
                throw Native.impossible(e);
            } finally {
                Reference.reachabilityFence(this);
            }
        }

        @Override
        public boolean open(
                ByteBuffer from,
                int header,
                int headerBytes,
                int text,
                int length,
                byte[] nonce,
                ByteBuffer into,
                int to) {
            long at = base.of(from);
            long out = otherBase.of(into) + to;
            put(nonce);
            try {
                require((int) init.invokeExact(opening, 0L, 0L, 0L, nonceAt, AS_IT_IS));
                require((int) update.invokeExact(opening, 0L, lengthAt, at + header, headerBytes));
                require((int) update.invokeExact(opening, out, lengthAt, at + text, length));
                require((int) control.invokeExact(opening, SET_TAG, TAG_BYTES, at + text + length));
                return (int) end.invokeExact(opening, out + length, lengthAt) > 0;
            } catch (Throwable e) {
                throw Native.impossible(e);
            } finally {
                Reference.reachabilityFence(this);
            }
        }

        private void put(byte[] nonce) {
            for (int i = 0; i < NONCE_BYTES; i++) {
                MEMORY.set(ValueLayout.JAVA_BYTE, nonceAt + i, nonce[i]);
            }
        }

        private static void require(int result) {
            if (result <= 0) {
                throw new IllegalStateException("OpenSSL refused a call that can't fail");
            }
        }
    }

    /** Where a buffer begins, asked once a buffer. */
    private static final class BaseAddress {
        private @Nullable ByteBuffer last;
        private long address;

        @SuppressWarnings("ReferenceEquality") // the very buffer
        long of(ByteBuffer direct) {
            if (direct != last) {
                last = direct;
                address = Native.address(direct);
            }
            return address;
        }
    }
}
