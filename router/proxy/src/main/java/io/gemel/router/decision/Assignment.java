package io.gemel.router.decision;

import io.gemel.router.decision.Decision.TrafficClass;

/**
 * A VM that was picked for one attempt, which counts for it until it ends.
 *
 * @param load of its group at its site, in which the attempt counts likewise
 * @param traffic in which it counts
 * @param changes whether it may change something
 */
public record Assignment(VmState vm, GroupLoad load, TrafficClass traffic, boolean changes) {}
