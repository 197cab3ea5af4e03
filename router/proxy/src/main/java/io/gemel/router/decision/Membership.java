package io.gemel.router.decision;

/** Lifecycle of a VM in the router's configuration. */
public enum Membership {
    /** Named when the router started. */
    STARTED,
    /** Named later: it gets its share slowly. */
    ADDED,
    /** No longer named: it gets nothing new, and what it has in hand ends. */
    REMOVED,
    /** The same, and another VM has its name. */
    REPLACED,
    /** Nobody looks at it any more. */
    FORGOTTEN;

    /** Whether it is named no longer. */
    public boolean left() {
        return compareTo(REMOVED) >= 0;
    }
}
