package io.xylem.proxy.domain;

import java.nio.ByteBuffer;

/**
 * A question to another worker how far it is, and the answer, which is the same bytes with another kind. It travels
 * in the tunnel beside the packets. Its first four bits are those of no IP version in use, so whoever expects packets
 * drops it.
 *
 * <pre>
 *  0 "XYLM" | 4 kind, 1 question, 2 answer | 5 zero, 3 bytes | 8 nonce, 8 bytes
 * </pre>
 */
public final class ProbeFrame {
    public static final int BYTES = 16;

    private static final int MAGIC = 0x58594c4d;
    private static final int QUESTION = 0x01000000;
    private static final int ANSWER = 0x02000000;

    private ProbeFrame() {}

    public static boolean isQuestion(ByteBuffer memory, int at, int length) {
        return is(QUESTION, memory, at, length);
    }

    public static boolean isAnswer(ByteBuffer memory, int at, int length) {
        return is(ANSWER, memory, at, length);
    }

    private static boolean is(int kind, ByteBuffer memory, int at, int length) {
        return length == BYTES && memory.getInt(at) == MAGIC && memory.getInt(at + 4) == kind;
    }

    public static long nonce(ByteBuffer memory, int at) {
        return memory.getLong(at + 8);
    }

    public static void writeQuestion(long nonce, ByteBuffer memory, int at) {
        write(QUESTION, nonce, memory, at);
    }

    public static void writeAnswer(long nonce, ByteBuffer memory, int at) {
        write(ANSWER, nonce, memory, at);
    }

    private static void write(int kind, long nonce, ByteBuffer memory, int at) {
        memory.putInt(at, MAGIC);
        memory.putInt(at + 4, kind);
        memory.putLong(at + 8, nonce);
    }
}
