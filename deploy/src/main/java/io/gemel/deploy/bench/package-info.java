/**
 * The published benchmark: Gemel beside PostgreSQL's own logical replication, in one run, on one machine, with one load. It
 * prints ratios, for absolute figures vary with the machine and the hour.
 */
@NullMarked
package io.gemel.deploy.bench;

import org.jspecify.annotations.NullMarked;
