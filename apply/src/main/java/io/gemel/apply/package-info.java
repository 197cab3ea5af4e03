/**
 * Applies the peer's transactions to the local database, each exactly once, and records every conflict.
 *
 * <p>{@link Applier} is the entry point. {@code ApplyLoop} takes transactions of the peer's log as groups, and {@code
 * BatchApplier} applies a group, with retries if necessary. The site also depends on the package {@code api}.
 */
@NullMarked
package io.gemel.apply;

import org.jspecify.annotations.NullMarked;
