/**
 * The shared words: sites, versions, tables, row images, changes, transactions, and what a site's log holds. Everything here is
 * an immutable value without I/O; every other module speaks in these types.
 */
@NullMarked
package io.gemel.transaction;

import org.jspecify.annotations.NullMarked;
