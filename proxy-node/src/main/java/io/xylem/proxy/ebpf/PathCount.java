package io.xylem.proxy.ebpf;

/** {@code enum count} of maps.h. */
enum PathCount {
    OUTBOUND_PACKETS(0),
    OUTBOUND_BYTES(1),
    INBOUND_PACKETS(2),
    INBOUND_BYTES(3),
    LOCAL_PACKETS(4),
    LOCAL_BYTES(5),
    LEFT_PACKETS(6),
    OUTBOUND_LOST(7),
    INBOUND_LOST(8),
    OPENED_FLOWS(9),
    IP_IN_IP_PACKETS(10);

    final int index;

    PathCount(int index) {
        this.index = index;
    }
}
