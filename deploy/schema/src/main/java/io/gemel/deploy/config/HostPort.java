package io.gemel.deploy.config;

/**
 * An address to listen on or to reach.
 *
 * @param host a name or an address; an IPv6 address without brackets
 * @param port the TCP port; 0 lets the system choose one when listening
 */
public record HostPort(String host, int port) {
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
