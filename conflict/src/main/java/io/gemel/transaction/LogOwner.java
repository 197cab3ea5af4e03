package io.gemel.transaction;

/**
 * The database whose transactions a log holds, identified independently of its name and address.
 *
 * @param systemIdentifier identifier of the database cluster, given when it was created; kept by its physical copies
 * @param databaseOid identifier of the database within its cluster; a database that is dropped and recreated has
 *     another
 * @param timeline history of the cluster, one more after each promotion or point-in-time recovery
 * @param name database and address as an operator knows them; for messages only
 */
public record LogOwner(long systemIdentifier, long databaseOid, long timeline, String name) {
    /** How a database relates to the one that owns a log. */
    public enum Relation {
        /** The same database, or a promoted standby of it: it may continue the log. */
        SAME,
        /** The same database as it was before a promotion: the promoted server continues the log. */
        LEFT_BEHIND,
        /** Another database. */
        OTHER
    }

    /** Returns how a database relates to this one, which owns a log. */
    public Relation relationOf(LogOwner database) {
        if (systemIdentifier != database.systemIdentifier || databaseOid != database.databaseOid) {
            return Relation.OTHER;
        }
        return database.timeline < timeline ? Relation.LEFT_BEHIND : Relation.SAME;
    }

    @Override
    public String toString() {
        return name + " (system " + Long.toUnsignedString(systemIdentifier) + ", database " + databaseOid
                + ", timeline " + timeline + ")";
    }
}
