package io.gemel.router.api;

/** Where a router's settings come from, for {@code Router.reload}. */
public interface RouterSource {
    /**
     * Reads the settings as they are now. Called on a thread that may wait, never twice at once.
     *
     * @throws RouterConfigException naming all problems with them
     */
    RouterConfig read();

    /** Hears of settings that the router has taken. On the same thread. */
    default void taken(RouterConfig config) {}
}
