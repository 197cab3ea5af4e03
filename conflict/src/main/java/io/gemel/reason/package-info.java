/**
 * Why a site does not go on, or goes on worse than it should: every kind of reason in {@link io.gemel.reason.ReasonCode}, and those that hold
 * at this moment in {@link io.gemel.reason.Reasons}. Any module tells its own; only the site process shows them. No input or output, no
 * thread of its own.
 */
@NullMarked
package io.gemel.reason;

import org.jspecify.annotations.NullMarked;
