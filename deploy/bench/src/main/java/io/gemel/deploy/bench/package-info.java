/**
 * The published benchmark, in two parts: Gemel beside PostgreSQL's own logical replication, and the router beside no router and HAProxy;
 * each in one run, on one machine, with one load. It prints ratios and differences, for absolute figures vary with the machine and the
 * hour.
 */
@NullMarked
package io.gemel.deploy.bench;

import org.jspecify.annotations.NullMarked;
