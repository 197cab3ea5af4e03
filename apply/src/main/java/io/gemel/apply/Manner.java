package io.gemel.apply;

/** How a group is applied: what one manner cannot do, the next one may. */
enum Manner {
    /** Multi-row statements for what can be written unseen. */
    USUALLY,
    /** As for rows that may collide on unique keys besides the primary one. */
    CAREFULLY,
    /**
     * Locking tables instead of absent keys: for rows that are to be absent, and that this database would not accept
     * even temporarily.
     */
    BY_TABLE
}
