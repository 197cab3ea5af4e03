/**
 * The library that an application embeds so that the effect of a submission which is sent twice happens once: the claim
 * of its key in the application's own transaction, the stored answer, the final check before the commit, and the
 * heartbeat.
 */
@NullMarked
package io.gemel.vm;

import org.jspecify.annotations.NullMarked;
