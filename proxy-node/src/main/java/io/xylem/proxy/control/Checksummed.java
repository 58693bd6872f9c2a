package io.xylem.proxy.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Bytes with their CRC-32C behind them. */
final class Checksummed {
    private Checksummed() {}

    static byte[] of(byte[] body) {
        byte[] bytes = Arrays.copyOf(body, body.length + Integer.BYTES);
        ByteBuffer.wrap(bytes).putInt(body.length, sum(body));
        return bytes;
    }

    /** @return the bytes before the checksum */
    static byte[] body(byte[] bytes) throws IOException {
        int length = bytes.length - Integer.BYTES;
        byte[] body = Arrays.copyOf(bytes, Math.max(0, length));
        if (length < 0 || ByteBuffer.wrap(bytes).getInt(length) != sum(body)) {
            throw new IOException("it is damaged: the checksum does not match");
        }
        return body;
    }

    private static int sum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return (int) sum.getValue();
    }
}
