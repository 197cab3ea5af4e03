package io.gemel.deploy.database;

import io.gemel.transaction.GemelTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The shape of the schema {@code gemel}, read from the one file that defines it, so that what {@code prepare} creates and what {@code check}
 * expects cannot differ.
 */
public final class GemelSchema {
    /** The table of the schema that is replicated, like the application's own. */
    public static final String REPLICATED = GemelTable.SUBMISSION.toString();

    /** The tables whose changes capture reads: markers, published corrections, the heartbeat and the submission ledger. */
    public static final List<String> PUBLISHED = Stream.of(
                    GemelTable.APPLIED, GemelTable.EMIT, GemelTable.HEARTBEAT, GemelTable.SUBMISSION)
            .map(GemelTable::toString)
            .toList();

    /** Creates the heartbeat's single row, unless it is there. */
    public static final String HEARTBEAT_ROW = "INSERT INTO " + GemelTable.HEARTBEAT + " (id, beat, horizon, at)"
            + " VALUES (1, 0, pg_current_snapshot()::text, clock_timestamp()) ON CONFLICT (id) DO NOTHING";

    /** Creates the gate's single row, closed, unless it is there. */
    public static final String GATE_ROW =
            "INSERT INTO " + GemelTable.GATE + " (id, opened_for) VALUES (1, NULL) ON CONFLICT (id) DO NOTHING";

    private static final String RESOURCE = "schema.sql";
    private static final Pattern CREATE =
            Pattern.compile("CREATE (?:TABLE (gemel\\.\\S+)|INDEX (\\S+) ON \\S+) (\\(.*\\))", Pattern.DOTALL);
    private static final Pattern COLUMN =
            Pattern.compile("^ {4}([a-z_]+) (.+?)(?: NOT NULL.*| PRIMARY.*| GENERATED.*| DEFAULT.*)?,?$");

    /** What of the items and columns given is not there; of a table that is not, no column. */
    private static final String MISSING = """
            SELECT DISTINCT wanted.item || CASE WHEN c.oid IS NULL THEN '' ELSE '.' || wanted.col END
            FROM unnest(?::text[], ?::text[]) AS wanted (item, col)
            LEFT JOIN (pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'gemel')
                ON format('%I.%I', n.nspname, c.relname) = wanted.item
            LEFT JOIN pg_attribute AS a
                ON a.attrelid = c.oid AND a.attname = wanted.col AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.oid IS NULL OR (wanted.col <> '' AND a.attnum IS NULL)
            ORDER BY 1
            """;

    private GemelSchema() {}

    /**
     * A table or an index of the schema.
     *
     * @param sqlName its name as SQL needs it, with the schema
     * @param statement what creates it
     * @param columns a table's columns with their types, in order; empty for an index
     */
    public record Item(String sqlName, String statement, Map<String, String> columns) {
        public boolean isTable() {
            return !columns.isEmpty();
        }

        /** What adds one of a table's columns to a table that an older release made. */
        public String addition(String column) {
            return "ALTER TABLE " + sqlName + " ADD COLUMN " + column + " " + columns.get(column);
        }
    }

    /** Every table and index, in the order they must be created. */
    public static List<Item> items() {
        List<Item> items = new ArrayList<>();
        String text = resource().replaceAll("(?m)^--.*\\R", "");
        for (String statement : text.split(";", -1)) {
            if (!statement.isBlank()) {
                items.add(item(statement.strip()));
            }
        }
        return List.copyOf(items);
    }

    /** The tables, indexes and columns that a database lacks, by name: all, unless it was prepared by this release. */
    public static List<String> missing(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        List<String> columns = new ArrayList<>();
        for (Item item : items()) {
            for (String column : item.isTable() ? item.columns().keySet() : Set.of("")) {
                names.add(item.sqlName());
                columns.add(column);
            }
        }
        return Sql.list(
                connection,
                row -> row.getString(1),
                MISSING,
                names.toArray(String[]::new),
                columns.toArray(String[]::new));
    }

    private static Item item(String statement) {
        Matcher create = CREATE.matcher(statement);
        if (!create.matches()) {
            throw new IllegalStateException(RESOURCE + " holds a statement of another form: " + statement);
        }
        if (create.group(2) != null) {
            return new Item(GemelTable.SCHEMA + "." + create.group(2), statement, Map.of());
        }
        Map<String, String> columns = new LinkedHashMap<>();
        create.group(3).lines().forEach(line -> {
            Matcher column = COLUMN.matcher(line);
            if (column.matches()) {
                columns.put(column.group(1), column.group(2));
            }
        });
        return new Item(create.group(1), statement, columns);
    }

    private static String resource() {
        try (InputStream resource = GemelSchema.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException("the build left out " + RESOURCE);
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }
}
