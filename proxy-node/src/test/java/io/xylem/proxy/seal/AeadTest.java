package io.xylem.proxy.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.linux.OpenSsl;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both implementations do the same, and what the standard says. */
class AeadTest {
    private static final HexFormat HEX = HexFormat.of();

    static List<Aead> all() {
        List<Aead> all = new ArrayList<>(List.of(new JdkAead()));
        OpenSsl found = OpenSsl.find();
        if (found == null) {
            System.out.println("SKIPPED: this machine has no OpenSSL 3");
        } else {
            all.add(found);
        }
        return all;
    }

    /** Test case 4 of McGrew and Viega, The Galois/Counter Mode of Operation. */
    @ParameterizedTest
    @MethodSource("all")
    void theStandardsExampleComesOut(Aead aead) {
        byte[] header = HEX.parseHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        byte[] text = HEX.parseHex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
        byte[] nonce = HEX.parseHex("cafebabefacedbaddecaf888");
        Aead.Key key = aead.key(HEX.parseHex("feffe9928665731c6d6a8f9467308308"));
        ByteBuffer memory = ByteBuffer.allocateDirect(200);
        memory.put(3, header).put(40, text);
        key.seal(memory, 3, header.length, 40, text.length, nonce);
        assertThat(HEX.formatHex(bytes(memory, 40, text.length + 16)))
                .isEqualTo("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                        + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
                        + "5bc94fbc3221a5db94fae95ae7121a47");
    }

    @Test
    void whatOneSealsTheOtherOpensAndNothingElse() {
        Random random = Seed.random();
        byte[] secret = new byte[Aead.KEY_BYTES];
        random.nextBytes(secret);
        List<Aead.Key> keys = all().stream().map(aead -> aead.key(secret)).toList();
        ByteBuffer memory = ByteBuffer.allocateDirect(4_000);
        ByteBuffer opened = ByteBuffer.allocateDirect(4_000);
        byte[] nonce = new byte[Aead.NONCE_BYTES];
        for (int turn = 0; turn < 2_000; turn++) {
            byte[] text = new byte[random.nextInt(1_500)];
            random.nextBytes(text);
            random.nextBytes(nonce);
            memory.put(16, text);
            keys.get(turn % keys.size()).seal(memory, 0, 16, 16, text.length, nonce);
            Aead.Key other = keys.get((turn + 1) % keys.size());
            boolean isChanged = turn % 3 == 0;
            if (isChanged) {
                int at = random.nextInt(16 + text.length + 16);
                memory.put(at, (byte) (memory.get(at) ^ 1 << random.nextInt(8)));
            }
            assertThat(other.open(memory, 0, 16, 16, text.length, nonce, opened, 7))
                    .isEqualTo(!isChanged);
            if (!isChanged) {
                assertThat(bytes(opened, 7, text.length)).isEqualTo(text);
            }
        }
    }

    private static byte[] bytes(ByteBuffer memory, int at, int length) {
        byte[] bytes = new byte[length];
        memory.get(at, bytes);
        return bytes;
    }
}
