package io.gemel.apply.simulation;

/** A wrong rule planted into what surrounds the core: each one looks reasonable and must be found out. */
enum Fault {
    /** The incoming change is compared with the latest local one, not folded. */
    PAIRWISE_RESOLUTION,
    /** A row counts as known to capture when it was written before what capture read last, by the clock. */
    FAST_PATH_BY_COMMIT_TIME,
    /** A row counts as known to capture when it equals the incoming before image. */
    FAST_PATH_BY_BEFORE_IMAGE,
    /** Capture misses some markers' positions. */
    SEEN_TOO_LOW,
    /** {@code seen} is the applier's position when capture reads, not the one at the commit. */
    SEEN_AS_OF_READING,
    /** Heartbeats say what was applied, not what capture has read to be applied. */
    ACKNOWLEDGED_PAST_CAPTURE,
    /** The window lets go when transactions are fetched, not when they are committed. */
    PRUNED_BEFORE_COMMIT,
    /** The database's log was confirmed beyond the last published record: a restart skips markers. */
    SLOT_AHEAD_OF_LOG,
    /** After a restart the end of the log is published again at new positions. */
    DUPLICATE_AT_NEW_POSITION,
    /** The lock of a key without a row holds nobody back. */
    ABSENT_KEY_NOT_LOCKED,
    /** After a restart the window is made of the site's own log only. */
    ENTRIES_NOT_STORED,
    /** Entries are stored when they meet a conflict only; an acknowledgement changes them in memory alone. */
    STORED_ENTRIES_OUTDATED,
    /** A heartbeat takes a position of its own. */
    HEARTBEAT_TAKES_POSITION,
    /** Capture fills the window when it publishes, not when it reads. */
    REGISTERED_AT_PUBLISHING,
    /** A planned write asks whether capture has read its row's writer by now, not when the plan was made. */
    HORIZON_AFTER_THE_PLAN,
    /** A planned insert is not looked up in the window again. */
    INSERT_LOOKED_UP_ONCE,
    /** A planned insert is not looked up again before its transaction empties the table. */
    TRUNCATED_BEFORE_LOOKED_UP,
    /** A process of a site's name on another database opens the log before it asks whose it is, and publishes. */
    STRANGER_NOT_REFUSED,
    /** A process does not notice that another one has taken its log over. */
    NEWER_EPOCH_UNNOTICED,
    /** All processes of a site publish with one epoch. */
    EPOCH_NEVER_GROWS,
    /** Which row gives up a unique value is decided, but not published. */
    RELEASE_UNPUBLISHED,
    /** A row that a published correction was written with counts as written by the applier. */
    CORRECTION_AS_APPLIER_WRITE,
    /** Capture publishes corrections as if they came before the marker of their transaction. */
    CORRECTION_BEFORE_MARKER,
    /** A row that comes back is not asked again whether what it refers to is there. */
    ORPHAN_COMES_BACK,
    /** A row that the other site gave another key is not asked whether what it refers to is there. */
    ORPHAN_MOVED,
    /** Nobody looks for rows that refer to what a void transaction had inserted. */
    ORPHANS_OF_VOID_ROWS,
    /** The site with the winning attempt sends the other one its rows, instead of both leaving the void attempt out. */
    REFRESH_INSTEAD_OF_VOID,
    /** Of two attempts the one that comes in is void, whichever it is. */
    LATECOMER_IS_VOID,
    /** Of several attempts of this site at one submission only the last is looked at. */
    LAST_RIVAL_ONLY,
    /** A local transaction that is void keeps its rows. */
    VOID_ROWS_KEPT,
    /** After a restart nothing is known of void transactions. */
    VOID_NOTES_NOT_STORED,
    /** After a restart void transactions come back into the window. */
    VOID_REBUILT_INTO_WINDOW
}
