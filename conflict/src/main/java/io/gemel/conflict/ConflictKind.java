package io.gemel.conflict;

import io.gemel.transaction.Change;

/** Type of a conflict, with PostgreSQL's names where they exist; seen from the incoming change. */
public enum ConflictKind {
    /** Both sites inserted the key. */
    INSERT_EXISTS,
    /** The row to insert was changed or deleted here concurrently. */
    INSERT_ORIGIN_DIFFERS,
    /** The row to update was changed here concurrently. */
    UPDATE_ORIGIN_DIFFERS,
    /** The row to update was deleted here concurrently. */
    UPDATE_DELETED,
    /** The row to delete was changed here concurrently. */
    DELETE_ORIGIN_DIFFERS,
    /** The row to delete was deleted here concurrently. */
    DELETE_MISSING,
    /** The table was emptied while a row of it was changed here. */
    TRUNCATE_ORIGIN_DIFFERS,
    /** Two rows with different primary keys claim one value of another unique key. */
    UNIQUE_EXISTS,
    /** A row claims unique values of several other rows. */
    MULTIPLE_UNIQUE_CONFLICTS,
    /** A row that others refer to was deleted, while one that refers to it was written. */
    FOREIGN_KEY_ORPHAN,
    /** Two transactions executed one submission; the smaller attempt is superseded as a whole. */
    SUBMISSION_VOID,
    /** The row was not what the protocol says it is, and a person said whose it is to be; no conflict of two changes. */
    ROW_DIVERGED;

    public static ConflictKind of(Change incoming, Change local) {
        boolean gone = local.after() == null;
        return incoming.match(
                insert -> local instanceof Change.Insert ? INSERT_EXISTS : INSERT_ORIGIN_DIFFERS,
                update -> gone ? UPDATE_DELETED : UPDATE_ORIGIN_DIFFERS,
                delete -> gone ? DELETE_MISSING : DELETE_ORIGIN_DIFFERS,
                truncate -> TRUNCATE_ORIGIN_DIFFERS,
                correction -> gone ? UPDATE_DELETED : UPDATE_ORIGIN_DIFFERS);
    }
}
