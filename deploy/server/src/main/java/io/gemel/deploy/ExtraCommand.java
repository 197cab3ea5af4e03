package io.gemel.deploy;

/**
 * A subcommand that only some class paths hold, such as the demo: what runs in production carries neither embedded servers nor
 * benchmarks. {@link java.util.ServiceLoader} finds it; the class bears picocli's {@code @Command} and has a public constructor
 * without parameters.
 */
public interface ExtraCommand {}
