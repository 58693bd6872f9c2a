package io.xylem.proxy.ebpf;

/** {@code enum count} of maps.h, in its order. */
enum PathCount {
    OUTBOUND_PACKETS,
    OUTBOUND_BYTES,
    INBOUND_PACKETS,
    INBOUND_BYTES,
    LOCAL_PACKETS,
    LOCAL_BYTES,
    OUTBOUND_LEFT,
    INBOUND_LEFT,
    WRONG_DEVICE,
    WRONG_PEER,
    FAILED
}
