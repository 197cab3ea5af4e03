package io.gemel.conflict;

/** What happens to a row whose foreign key refers to a row that the other site deleted concurrently. */
public enum OrphanPolicy {
    /** It stays as it is, without the row that it refers to. */
    KEEP,
    /** The row that it refers to comes back. */
    REVIVE,
    /** It goes, too. */
    REMOVE
}
