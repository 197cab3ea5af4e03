/**
 * The shared values: sites, versions, tables, row images, changes, transactions, and the records of a site's log.
 * Everything here is an immutable value without I/O; every other module uses these types.
 */
@NullMarked
package io.gemel.transaction;

import org.jspecify.annotations.NullMarked;
