/**
 * Reads the committed transactions of one database from its log and publishes them, whole and in commit order.
 *
 * <p>{@link Capture} is the door. A {@code SourceDatabase} delivers the database's log to the {@code Assembler}, which stamps,
 * registers and hands on each transaction; {@code LogPublisher} writes the site's own log and {@code LocalLog} reads it back. The
 * site that opens the door knows the package {@code api} besides.
 */
@NullMarked
package io.gemel.capture;

import org.jspecify.annotations.NullMarked;
