/**
 * Applies the peer's transactions to the local database, each exactly once, and records every conflict.
 */
@NullMarked
package io.gemel.apply;

import org.jspecify.annotations.NullMarked;
