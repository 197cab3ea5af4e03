package io.gemel.deploy.check;

import java.util.List;
import java.util.Map;

/**
 * What is compared between two sites, read while each was checked.
 *
 * @param serverVersion the server's version, as it prints it
 * @param collation the database's default collation
 * @param tables the replicated tables by name, schema included
 * @param types definitions of the types that columns are made of, by name
 * @param collations versions of the collations that columns have, by name
 * @param sequences the sequences that give replicated columns their values, by column, and those that belong to no column, by name
 */
record SiteFacts(
        String serverVersion,
        String collation,
        Map<String, TableFacts> tables,
        Map<String, SequenceFacts> sequences,
        Map<String, String> types,
        Map<String, String> collations) {

    /** What is defined on a table besides its columns. */
    enum Kind {
        UNIQUE_KEY,
        EXCLUSION,
        FOREIGN_KEY,
        CHECK,
        /** One that fires when a change is applied. */
        TRIGGER,
        /** How a column is computed. */
        GENERATED,
        /** The values that a partition without partitions of its own takes. */
        PARTITION
    }

    /**
     * One definition.
     *
     * @param kind of what
     * @param text as the server prints it, without its name
     */
    record Definition(Kind kind, String text) {}

    /**
     * A replicated table.
     *
     * @param columns its columns in the order of their names
     * @param key its key's columns, in key order
     * @param policy its conflict policy's name
     * @param definitions what is defined on it besides its columns
     */
    record TableFacts(
            Map<String, ColumnFacts> columns, List<String> key, String policy, List<Definition> definitions) {}

    /**
     * A column.
     *
     * @param type its type as PostgreSQL prints it
     * @param required whether it refuses NULL
     * @param generated whether it is computed from others
     * @param collation its collation; empty for a type that has none
     */
    record ColumnFacts(String type, boolean required, boolean generated, String collation) {}

    /**
     * A sequence.
     *
     * @param name as SQL needs it
     * @param increment from one value to the next
     * @param least its smallest value
     * @param most its largest value
     * @param current the value it gave last, or will give first
     * @param readable whether Gemel's role may see where it stands
     * @param furthest the value furthest on that it gave or that stands in its column
     */
    record SequenceFacts(
            String name, long increment, long least, long most, long current, boolean readable, long furthest) {
        /** Whether this and the peer's sequence can both give some value. */
        boolean collidesWith(SequenceFacts peer) {
            boolean rangesApart = most < peer.least || peer.most < least;
            boolean interleaved = increment == peer.increment
                    && Math.floorMod(current, increment) != Math.floorMod(peer.current, peer.increment);
            return !rangesApart && !interleaved;
        }
    }
}
