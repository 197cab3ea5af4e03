/**
 * Decisions: the next step for a submission, and when a VM or a site is dead. Policies and verdicts, and the state of
 * the fleet that they use. Pure: no network, no threads, and time only as an argument.
 */
@NullMarked
package io.gemel.router.decision;

import org.jspecify.annotations.NullMarked;
