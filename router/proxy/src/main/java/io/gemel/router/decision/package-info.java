/**
 * What is done next with a submission, and when a VM or a site is taken for dead: policies and verdicts, and the state of the fleet that they are
 * taken from. Pure: no network, no thread, no clock but what it is handed.
 */
@NullMarked
package io.gemel.router.decision;

import org.jspecify.annotations.NullMarked;
