package io.gemel.deploy.embedded;

/** The two ways of a connection through a {@link TcpProxy}. */
public enum TcpDirection {
    /** From the client that connected to the proxy to the proxy's target. */
    TO_TARGET,
    /** From the target back to the client. */
    FROM_TARGET;

    TcpDirection opposite() {
        return this == TO_TARGET ? FROM_TARGET : TO_TARGET;
    }
}
