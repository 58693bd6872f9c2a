package io.xylem.model;

/** Where a worker's tunnel listens in the underlay: the text of an IPv4 or IPv6 address, and a UDP port. */
public record Endpoint(String address, int port) {
    public Endpoint {
        // Canonical spelling: one endpoint, one value.
        address = address.indexOf(':') >= 0
                ? Ipv6.parse(address).toString()
                : Ipv4.parse(address).toString();
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
        }
    }

    @Override
    public String toString() {
        return address.indexOf(':') >= 0 ? "[" + address + "]:" + port : address + ":" + port;
    }
}
