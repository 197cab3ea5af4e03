package io.gemel.router.api;

import org.jspecify.annotations.Nullable;

/**
 * The current configuration of a router: one immutable value that is replaced as a whole. Each request reads it once
 * and uses what it read. Any thread.
 */
public final class Settings {
    private volatile RouterConfig now;

    public Settings(RouterConfig first) {
        now = first;
    }

    public RouterConfig now() {
        return now;
    }

    /** Whether they were not replaced since they were read. */
    @SuppressWarnings("ReferenceEquality") // each time they are replaced by another object
    public boolean areStill(@Nullable RouterConfig seen) {
        return seen == now;
    }

    public void replace(RouterConfig next) {
        now = next;
    }
}
