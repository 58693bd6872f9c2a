package io.xylem.schemas;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Confluent's frame around an Avro body.
 *
 * <pre>
 *  byte 0      1 .. 4                   5 ..
 *  00          id of the writer's       Avro binary
 *              schema, big-endian
 * </pre>
 */
final class WireFormat {
    static final int HEADER_BYTES = 5;
    private static final byte MAGIC = 0;

    private WireFormat() {}

    static byte[] header(int schemaId) {
        return ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putInt(schemaId).array();
    }

    /** The id of the writer's schema. @throws SerializationException if the bytes do not begin with a header */
    static int schemaId(byte[] record) {
        if (record.length < HEADER_BYTES) {
            throw new SerializationException(
                    "not a registry record: " + record.length + " bytes, less than the header's " + HEADER_BYTES);
        }
        if (record[0] != MAGIC) {
            throw new SerializationException(
                    "not a registry record: it begins with byte " + record[0] + ", not " + MAGIC);
        }
        return ByteBuffer.wrap(record).getInt(1);
    }
}
