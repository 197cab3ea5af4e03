/**
 * The applier's interface to a database, independent of its engine: transactions, rows, Gemel's own state, and
 * classified failures. Nothing here depends on an engine or a broker.
 */
@NullMarked
package io.gemel.apply.target;

import org.jspecify.annotations.NullMarked;
