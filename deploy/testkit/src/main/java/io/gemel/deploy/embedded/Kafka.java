package io.gemel.deploy.embedded;

/** Real Kafka on the loopback address, one broker or several. */
public interface Kafka extends AutoCloseable {
    /**
     * Starts it and returns when it takes requests.
     *
     * @throws IllegalStateException when it runs already or does not come up
     */
    Kafka start();

    /**
     * Ends it at once, as a power cut would.
     *
     * @throws IllegalStateException when it runs inside this JVM
     */
    void kill();

    /** Whether a broker of it runs. */
    boolean isRunning();

    /** The value for a client's {@code bootstrap.servers}. */
    String bootstrapServers();

    /** Ends it in good order. Its data stays. */
    @Override
    void close();
}
