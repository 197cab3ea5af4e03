package io.gemel.deploy.config;

import io.gemel.conflict.TablePolicy;

/**
 * The conflict policy of the tables a pattern names.
 *
 * @param tables which tables it is for
 * @param policy the policy
 * @param line the line of the configuration file that says so
 */
public record PolicyRule(TablePattern tables, TablePolicy policy, int line) {}
