package io.gemel.apply.simulation;

import io.gemel.transaction.SiteId;

/**
 * One small act of one site. Everything random in it comes from its own seed, so that it stays the same when steps before it
 * are removed.
 *
 * @param size how often it is done at once at most; for a local transaction how many acts it consists of
 */
record Step(Action action, SiteId site, int seed, int size) {
    enum Action {
        LOCAL,
        READ,
        PUBLISH,
        APPLY,
        HEARTBEAT,
        PASS_TIME,
        CRASH,
        DISTURB,
        RESTART_CAPTURE,
        REPUBLISH,
        CLOCK,
        ZOMBIE,
        STRANGER
    }

    Step withSize(int newSize) {
        return new Step(action, site, seed, newSize);
    }
}
