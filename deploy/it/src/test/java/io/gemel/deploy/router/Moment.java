package io.gemel.deploy.router;

/** When a VM comes to grief. */
enum Moment {
    /** It has claimed the key; nothing is written yet. */
    BEFORE_WORK,
    /** All is written, and would be committed next. */
    BEFORE_COMMIT,
    /** It is committed, and would be answered next. */
    AFTER_COMMIT
}
