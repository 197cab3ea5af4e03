/**
 * The shared words: sites, log positions, versions, tables, rows, changes and transactions. Values only, no I/O.
 */
@NullMarked
package io.gemel.transaction;

import org.jspecify.annotations.NullMarked;
