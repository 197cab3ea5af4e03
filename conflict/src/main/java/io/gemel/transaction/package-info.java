/**
 * The shared words: sites, versions, tables, row images, changes, transactions, and the records of a site's log with their
 * binary codec. Everything here is an immutable value without I/O; every other module speaks in these types.
 */
@NullMarked
package io.gemel.transaction;

import org.jspecify.annotations.NullMarked;
