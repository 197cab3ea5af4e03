/**
 * Reads the committed transactions of one database from its log and publishes them, whole and in commit order.
 *
 * <p>{@link Capture} is the entry point. A {@code SourceDatabase} delivers the database's log to the {@code Assembler},
 * which stamps, registers and passes on each transaction; {@code LogPublisher} writes the site's own log and {@code
 * LocalLog} reads it back. The site also depends on the package {@code api}.
 */
@NullMarked
package io.gemel.capture;

import org.jspecify.annotations.NullMarked;
