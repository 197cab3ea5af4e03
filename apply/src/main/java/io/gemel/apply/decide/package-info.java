/**
 * Decisions of the applier beyond the policy of one row: unique conflicts, orphans, duplicate submissions, parked and
 * diverged rows. Depends on the database only through {@code io.gemel.apply.target}.
 */
@NullMarked
package io.gemel.apply.decide;

import org.jspecify.annotations.NullMarked;
