/**
 * A site's PostgreSQL database seen from the command line: connecting with clear failures, short queries each in its own transaction, the
 * tables that a site replicates, and the shape of Gemel's own schema.
 */
@NullMarked
package io.gemel.deploy.database;

import org.jspecify.annotations.NullMarked;
