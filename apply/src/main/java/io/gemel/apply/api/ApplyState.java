package io.gemel.apply.api;

/** Lifecycle of an applier. */
public enum ApplyState {
    /** Connected perhaps, but not the leader of its site: another process is. */
    STANDBY,
    /** Looking for its place in the peer's log. */
    STARTING,
    /** Applying, or waiting for the peer. */
    RUNNING,
    /** An operator stopped it; {@code resume} continues it. */
    PAUSED,
    /** Something that a person must fix is in the way; tried again at intervals. */
    HALTED,
    /** The database was lost or its state became unknown; a new applier has to start from the marker. */
    FAILED,
    /** Closed permanently. */
    CLOSED
}
