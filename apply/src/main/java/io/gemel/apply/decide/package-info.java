/**
 * What the applier decides beyond the policy of one row: unique values in each other's way, orphans, submissions carried out twice,
 * parked and diverged rows. It knows the database as {@code io.gemel.apply.target} only.
 */
@NullMarked
package io.gemel.apply.decide;

import org.jspecify.annotations.NullMarked;
