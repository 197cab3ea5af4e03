/**
 * PostgreSQL's log by logical decoding: slot, catalog, and rows with full images. The only package of capture that
 * depends on JDBC and Debezium.
 */
@NullMarked
package io.gemel.capture.postgres;

import org.jspecify.annotations.NullMarked;
