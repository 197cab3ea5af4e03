package io.gemel.apply.simulation;

/** What a campaign varies beside the policy. */
enum Setting {
    /** The counter is an ordinary column. */
    NO_DELTA,
    /** Nothing is applied during the first two thirds of a schedule. */
    PARTITION,
    /** The applier never trusts the row's writer but always waits for capture; two keys, to meet often. */
    ALWAYS_SLOW,
    /** The applier is left alone until a batch is applied. */
    WHOLE_BATCHES,
    /** All changes meet on one key. */
    ONE_KEY,
    /** A crashed capture process was only paused: it goes on publishing what it had read. */
    ZOMBIE,
    /** Processes of the site's name are started on another database, some of a release that opens the log before it halts. */
    STRANGER,
    /** Tables are emptied. */
    TRUNCATE,
    /** A transaction travels in several records. */
    PARTS,
    /** Column u is unique; a row that must give its value up keeps NULL. */
    UNIQUE,
    /** Column u is unique; a row that must give its value up is removed. */
    UNIQUE_REMOVE,
    /** Column u refers to another row; one that refers to nothing is removed. */
    ORPHANS,
    /** Transactions claim submissions, often the same ones at both sites. */
    SUBMISSIONS
}
