/**
 * Applies the peer's transactions to the local database, each exactly once, and records every conflict.
 *
 * <p>{@link Applier} is the entry point. {@code ApplyLoop} takes transactions of the peer's log as batches, and {@code
 * BatchApplier} applies each, with as many attempts as it takes. The site also depends on the package {@code api}.
 */
@NullMarked
package io.gemel.apply;

import org.jspecify.annotations.NullMarked;
