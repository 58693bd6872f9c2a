package io.xylem.proxy.domain;

/**
 * The ports and the protocol of a flow as one word, and which bits of it are part of the key in each direction:
 *
 * <pre>
 *  own port 48 | wire port 32 | remote port 16 | 0 | protocol
 * </pre>
 */
final class FlowPorts {
    static final long OUTBOUND = 0xffff_0000_ffff_00ffL;
    static final long INBOUND = 0x0000_ffff_ffff_00ffL;

    private FlowPorts() {}

    static long word(int own, int wire, int remote, int protocol) {
        return ((long) own << 48) | ((long) wire << 32) | ((long) remote << 16) | protocol;
    }

    static int own(long word) {
        return (int) (word >>> 48);
    }

    static int wire(long word) {
        return (int) (word >>> 32) & 0xffff;
    }

    static int remote(long word) {
        return (int) (word >>> 16) & 0xffff;
    }

    static int protocol(long word) {
        return (int) word & 0xff;
    }
}
