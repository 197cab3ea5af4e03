package io.gemel.deploy.database;

import java.util.List;
import java.util.Optional;

/**
 * A table as the database's catalog describes it. A partitioned table stands for itself and all its partitions, which are never listed on
 * their own.
 *
 * @param oid its object identifier
 * @param schema its schema's name, not quoted
 * @param name its name, not quoted
 * @param sqlName schema and name as SQL needs them, quoted where necessary
 * @param kind what it is
 * @param unlogged whether its changes are missing from the database's log
 * @param rowSecurity whether row level security is enabled on it
 * @param fullImages whether its replica identity is FULL
 * @param virtualColumns whether it has columns that are computed when they are read, as there are from 18 on
 * @param key its primary key, if it has one
 * @param partitions the partitions below it, at every level
 */
public record CatalogTable(
        long oid,
        String schema,
        String name,
        String sqlName,
        Kind kind,
        boolean unlogged,
        boolean rowSecurity,
        boolean fullImages,
        boolean virtualColumns,
        Optional<PrimaryKey> key,
        List<Partition> partitions) {

    /** What a table is. */
    public enum Kind {
        PLAIN,
        PARTITIONED,
        FOREIGN
    }

    /**
     * A primary key.
     *
     * @param constraint its constraint's name
     * @param columns its columns' names, in key order
     * @param deferrable whether its check can be put off to the end of a transaction
     */
    public record PrimaryKey(String constraint, List<String> columns, boolean deferrable) {}

    /**
     * One partition.
     *
     * @param sqlName schema and name as SQL needs them
     * @param fullImages whether its replica identity is FULL
     * @param loggedLocally false when it is unlogged or foreign
     */
    public record Partition(String sqlName, boolean fullImages, boolean loggedLocally) {}

    /** Why a table cannot be replicated, and what to do about it. */
    public record Refusal(String problem, String mend) {}

    /** Why this table cannot be replicated at all, whatever is granted and set up; empty when it can. */
    public Optional<Refusal> refusal() {
        String leaveOut = ", or list it in tables.exclude";
        if (kind == Kind.FOREIGN || partitions.stream().anyMatch(partition -> !partition.loggedLocally())) {
            return Optional.of(new Refusal(
                    "is or has a foreign or unlogged part, whose changes are not in this database's log",
                    "replicate only tables that are stored here" + leaveOut));
        }
        if (unlogged) {
            return Optional.of(new Refusal(
                    "is unlogged, its changes are not in the database's log",
                    "ALTER TABLE " + sqlName + " SET LOGGED" + leaveOut));
        }
        if (virtualColumns) {
            return Optional.of(new Refusal(
                    "has a virtual generated column: PostgreSQL refuses updates of such a table once it logs full row images",
                    "make the column STORED" + leaveOut));
        }
        if (key.isEmpty()) {
            return Optional.of(
                    new Refusal("has no primary key", "ALTER TABLE " + sqlName + " ADD PRIMARY KEY (...)" + leaveOut));
        }
        if (key.get().deferrable()) {
            return Optional.of(new Refusal(
                    "has a deferrable primary key, so that two rows may share a key inside a transaction",
                    "make the constraint " + key.get().constraint() + " NOT DEFERRABLE" + leaveOut));
        }
        return Optional.empty();
    }
}
