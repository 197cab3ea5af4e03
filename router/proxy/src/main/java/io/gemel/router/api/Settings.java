package io.gemel.router.api;

import org.jspecify.annotations.Nullable;

/**
 * What a router is told at the moment: one immutable value that is replaced as a whole. Whoever works for a request looks once and goes by
 * what it saw. Any thread.
 */
public final class Settings {
    private volatile RouterConfig now;

    public Settings(RouterConfig first) {
        now = first;
    }

    public RouterConfig now() {
        return now;
    }

    /** Whether they were not replaced since somebody looked. */
    @SuppressWarnings("ReferenceEquality") // each time they are replaced by another object
    public boolean areStill(@Nullable RouterConfig seen) {
        return seen == now;
    }

    public void replace(RouterConfig next) {
        now = next;
    }
}
