package io.xylem.proxy.control;

import io.xylem.proxy.dataplane.Captured;

/** How captured packets are written down. One object for one capture. */
interface CaptureFormat {
    String contentType();

    byte[] begin();

    /** @param epochNs when, since 1970 */
    byte[] packet(Captured packet, long epochNs);

    /** @param lost how many more there were than the reader took */
    byte[] end(long packets, long lost, long epochNs);
}
