/**
 * What a database is to the applier, whatever its engine: transactions, rows, what is kept beside them, and classified
 * failures. Nothing here knows an engine or a broker.
 */
@NullMarked
package io.gemel.apply.target;

import org.jspecify.annotations.NullMarked;
