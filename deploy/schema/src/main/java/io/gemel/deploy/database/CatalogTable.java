package io.gemel.deploy.database;

import java.util.List;
import java.util.Optional;
import java.util.Set;

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
 * @param rowsHidden whether row level security hides rows from the site's role
 * @param fullImages whether its replica identity is FULL
 * @param key its primary key, if it has one
 * @param columns its columns, in their order
 * @param partitions the partitions below it, at every level
 * @param publications other publications in which its updates fail once its replica identity is FULL
 */
public record CatalogTable(
        long oid,
        String schema,
        String name,
        String sqlName,
        Kind kind,
        boolean unlogged,
        boolean rowsHidden,
        boolean fullImages,
        Optional<PrimaryKey> key,
        List<Column> columns,
        List<Partition> partitions,
        List<OtherPublication> publications) {
    public CatalogTable {
        columns = List.copyOf(columns);
        partitions = List.copyOf(partitions);
        publications = List.copyOf(publications);
    }

    /** The table in a statement that reads its rows: without its children, which are tables of their own, but with its partitions. */
    public String rows() {
        return kind == Kind.PARTITIONED ? sqlName : "ONLY " + sqlName;
    }

    /** What a table is. */
    public enum Kind {
        PLAIN,
        PARTITIONED,
        FOREIGN
    }

    /**
     * A primary key.
     *
     * @param constraint its constraint's name, quoted where necessary
     * @param definition what follows the name in SQL, without DEFERRABLE
     * @param columns its columns' names, in key order, not quoted
     * @param deferrable whether its check can be put off to the end of a transaction
     */
    public record PrimaryKey(String constraint, String definition, List<String> columns, boolean deferrable) {}

    /**
     * A column.
     *
     * @param name its name, not quoted
     * @param type its type as PostgreSQL prints it
     * @param required whether it refuses NULL
     * @param generated whether and when it is computed from others
     * @param collation its collation's name; empty for a type that has none
     * @param base what its type is made of
     * @param parts names of the types that its type consists of at any depth, itself included, as far as they are of
     *     {@link TableCatalog#NOTED_TYPES}
     */
    public record Column(
            String name,
            String type,
            boolean required,
            Generated generated,
            String collation,
            BaseType base,
            Set<String> parts) {}

    /** Whether a column is computed from others. */
    public enum Generated {
        NOT,
        STORED,
        /** When it is read, as there are from PostgreSQL 18 on. */
        VIRTUAL
    }

    /**
     * A column's type without the domains around it.
     *
     * @param name its name
     * @param modified whether it has a modifier, such as a length or a scale
     * @param enumerated whether it is an enum
     * @param builtIn whether it comes with PostgreSQL
     * @param nondeterministic whether the column's collation takes different texts for equal
     */
    public record BaseType(
            String name, boolean modified, boolean enumerated, boolean builtIn, boolean nondeterministic) {}

    /**
     * One partition.
     *
     * @param sqlName schema and name as SQL needs them
     * @param fullImages whether its replica identity is FULL
     * @param loggedLocally false when it is unlogged or foreign
     */
    public record Partition(String sqlName, boolean fullImages, boolean loggedLocally) {}

    /**
     * A publication besides Gemel's.
     *
     * @param sqlName its name as SQL needs it
     * @param relation the table or partition in it, as SQL needs it
     * @param columnList whether it lists columns; otherwise it leaves stored generated columns out
     */
    public record OtherPublication(String sqlName, String relation, boolean columnList) {}
}
