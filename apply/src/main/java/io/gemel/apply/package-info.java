/**
 * Applies the peer's transactions to the local database, each exactly once, and records every conflict.
 *
 * <p>{@link Applier} is the door. {@code ApplyLoop} takes transactions of the peer's log as groups, and {@code GroupTries} applies a
 * group, whatever it takes. The site that opens the door knows the package {@code api} besides.
 */
@NullMarked
package io.gemel.apply;

import org.jspecify.annotations.NullMarked;
