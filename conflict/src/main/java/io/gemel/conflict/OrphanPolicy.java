package io.gemel.conflict;

/** What becomes of a row whose foreign key refers to a row that the other site deleted meanwhile. */
public enum OrphanPolicy {
    /** It stays as it is, without the row that it refers to. */
    KEEP,
    /** The row that it refers to comes back. */
    REVIVE,
    /** It goes, too. */
    REMOVE
}
