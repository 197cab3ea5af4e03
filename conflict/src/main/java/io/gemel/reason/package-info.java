/**
 * Why a site does not work, or works in a degraded way: every kind of reason in {@link io.gemel.reason.ReasonCode}, and
 * those that hold now in {@link io.gemel.reason.Reasons}. Any module reports its own; only the site process shows them.
 * No I/O, no threads.
 */
@NullMarked
package io.gemel.reason;

import org.jspecify.annotations.NullMarked;
