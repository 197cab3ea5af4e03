package io.gemel.deploy.config;

/**
 * The conflict policy of the tables a pattern names.
 *
 * @param tables which tables it is for
 * @param policy the policy's name, for example {@code last-writer-wins}
 * @param line the line of the configuration file that says so
 */
public record PolicyRule(TablePattern tables, String policy, int line) {}
