package io.gemel.deploy.check;

import io.gemel.deploy.check.SiteFacts.SequenceFacts;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sequences that give replicated tables their values: those of their columns, those that a default draws from, and those of no
 * column in the schemas of the tables, which applications ask by name.
 */
final class SequenceReader {
    private static final String SEQUENCES = """
            WITH used AS (
                SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number
                FROM pg_depend d
                JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
                WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
                UNION
                SELECT d.refobjid, f.adrelid, f.adnum
                FROM pg_depend d
                JOIN pg_attrdef f ON f.oid = d.objid
                JOIN pg_class c ON c.oid = d.refobjid AND c.relkind = 'S'
                WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
            )
            SELECT format('%I.%I', n.nspname, c.relname) AS name, s.seqincrement, s.seqmin, s.seqmax,
                   coalesce(CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(c.oid) END,
                            s.seqstart) AS current,
                   has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable,
                   quote_ident(tn.nspname) || '.' || quote_ident(t.relname) AS table_name, a.attname,
                   CASE WHEN t.relkind = 'p' THEN '' ELSE 'ONLY ' END AS range,
                   CASE WHEN a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
                             AND has_table_privilege(t.oid, 'SELECT')
                             AND EXISTS (SELECT FROM pg_index i
                                         JOIN pg_class ic ON ic.oid = i.indexrelid
                                         JOIN pg_am m ON m.oid = ic.relam AND m.amname = 'btree'
                                         WHERE i.indrelid = t.oid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum)
                        THEN quote_ident(a.attname) END AS indexed
            FROM pg_sequence s
            JOIN pg_class c ON c.oid = s.seqrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN used u ON u.sequence = c.oid
            LEFT JOIN pg_class t ON t.oid = u.relation
            LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.number
            WHERE CASE WHEN u.relation IS NULL
                       THEN n.oid IN (SELECT relnamespace FROM pg_class WHERE oid = ANY (?::oid[]))
                       ELSE u.relation = ANY (?::oid[]) END
            ORDER BY 1
            """;

    /** Columns that one query looks into, so that it does not lock very many tables. */
    private static final int COLUMNS_AT_ONCE = 100;

    private SequenceReader() {}

    /** @param place in the list of columns that were asked about */
    private record Furthest(int place, long value) {}

    private record Found(
            SequenceFacts facts,
            @Nullable String table,
            @Nullable String column,
            String range,
            @Nullable String indexed) {
        String subject() {
            return table == null ? facts.name() : table + "." + column;
        }

        boolean hasRows() {
            return table != null && indexed != null;
        }

        SequenceFacts with(long stored) {
            long current = facts.current();
            return new SequenceFacts(
                    facts.name(),
                    facts.increment(),
                    facts.least(),
                    facts.most(),
                    current,
                    facts.readable(),
                    facts.increment() > 0 ? Math.max(current, stored) : Math.min(current, stored));
        }
    }

    /** The sequences by column, or by name where they have none. */
    static Map<String, SequenceFacts> read(Connection connection, List<CatalogTable> tables) throws SQLException {
        Long[] oids = tables.stream().map(CatalogTable::oid).toArray(Long[]::new);
        List<Found> all = Sql.list(connection, SequenceReader::found, SEQUENCES, oids, oids);
        Map<String, SequenceFacts> sequences = new TreeMap<>();
        all.forEach(found -> sequences.put(found.subject(), found.facts()));
        List<Found> indexed = all.stream().filter(Found::hasRows).toList();
        for (int start = 0; start < indexed.size(); start += COLUMNS_AT_ONCE) {
            List<Found> some = indexed.subList(start, Math.min(indexed.size(), start + COLUMNS_AT_ONCE));
            for (Furthest furthest : Sql.list(connection, SequenceReader::furthest, furthest(some))) {
                Found found = some.get(furthest.place());
                sequences.put(found.subject(), found.with(furthest.value()));
            }
        }
        return sequences;
    }

    private static Found found(ResultSet row) throws SQLException {
        long current = row.getLong("current");
        return new Found(
                new SequenceFacts(
                        row.getString("name"),
                        row.getLong("seqincrement"),
                        row.getLong("seqmin"),
                        row.getLong("seqmax"),
                        current,
                        row.getBoolean("readable"),
                        current),
                row.getString("table_name"),
                row.getString("attname"),
                row.getString("range"),
                row.getString("indexed"));
    }

    /** Asks for rows that were written without asking the sequence, where an index tells at once; no row for an empty table. */
    private static String furthest(List<Found> some) {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            Found found = some.get(i);
            columns.add("SELECT " + i + ", " + (found.facts().increment() > 0 ? "max(" : "min(") + found.indexed()
                    + ")::int8 AS value FROM " + found.range() + found.table());
        }
        return "SELECT * FROM (" + String.join(" UNION ALL ", columns) + ") AS furthest (place, value)"
                + " WHERE value IS NOT NULL";
    }

    private static Furthest furthest(ResultSet row) throws SQLException {
        return new Furthest(row.getInt("place"), row.getLong("value"));
    }
}
