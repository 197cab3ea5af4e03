package io.gemel.deploy.conflicts;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.database.SqlState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a row as a losing change had left it, in one ordinary transaction of this site. Statements name the table without its children, but
 * with its partitions, and do without ON CONFLICT, which PostgreSQL refuses for tables with rules. One thread.
 */
final class Undo {
    private static final String TABLE = """
            SELECT format('%I.%I', n.nspname, c.relname), c.relkind = 'p'
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ?
            """;

    /** Types are named without their modifier: a cast to a shorter one would cut a text off where an assignment refuses it. */
    private static final String COLUMNS = """
            SELECT a.attname, quote_ident(a.attname), format_type(a.atttypid, -1),
                   a.attnum = ANY (k.conkey), a.attidentity = 'a'
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            WHERE n.nspname = ? AND c.relname = ?
            ORDER BY a.attnum
            """;

    private final Connection connection;

    private record Column(String name, String quoted, String type, boolean key, boolean always) {
        String equation() {
            return quoted + " = ?::" + type;
        }
    }

    private record Table(String name, boolean partitioned, List<Column> columns) {
        /** The table in a statement that reads or changes its rows. */
        String rows() {
            return (partitioned ? "" : "ONLY ") + name;
        }

        List<Column> key() {
            return columns.stream().filter(Column::key).toList();
        }

        String where() {
            return " WHERE " + joined(key(), Column::equation, " AND ");
        }
    }

    Undo(Connection connection) {
        this.connection = connection;
    }

    /**
     * Writes or deletes the row and commits.
     *
     * @return what was done, for the operator
     */
    String run(JournaledConflict conflict) throws SQLException, CommandException {
        Optional<UndoRefusal> refusal = UndoRefusal.of(conflict);
        if (refusal.isPresent()) {
            throw refused(conflict, refusal.get().why(), refusal.get().fix());
        }
        connection.setAutoCommit(false);
        try {
            String done = write(conflict, table(conflict));
            connection.commit();
            return done;
        } finally {
            connection.rollback(); // which after a commit does nothing
            connection.setAutoCommit(true);
        }
    }

    private Table table(JournaledConflict conflict) throws SQLException, CommandException {
        List<Column> columns = Sql.list(
                connection,
                row -> new Column(
                        row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4), row.getBoolean(5)),
                COLUMNS,
                conflict.schema(),
                conflict.table());
        return Sql.first(
                        connection,
                        row -> new Table(row.getString(1), row.getBoolean(2), columns),
                        TABLE,
                        conflict.schema(),
                        conflict.table())
                .filter(table -> !table.columns().isEmpty())
                .orElseThrow(() -> refused(
                        conflict,
                        "its table does not exist any more",
                        "create it again, or leave the conflict as it is"));
    }

    private String write(JournaledConflict conflict, Table table) throws SQLException, CommandException {
        Map<String, @Nullable String> row = conflict.losing().after();
        if (row == null) {
            delete(conflict, table);
            return "deleted " + conflict.rowName() + ", as " + conflict.losing().site() + " had";
        }
        if (!table.columns().stream()
                .map(Column::name)
                .collect(Collectors.toSet())
                .containsAll(row.keySet())) {
            throw refused(conflict, "its table has lost columns of that row", "write the row by hand; show prints it");
        }
        try {
            put(conflict, table, row);
        } catch (SQLException e) {
            throw explained(conflict, table.columns(), e);
        }
        return "wrote " + conflict.rowName() + " as " + conflict.losing().site() + " had: " + row;
    }

    private void delete(JournaledConflict conflict, Table table) throws SQLException, CommandException {
        Map<String, @Nullable String> before = conflict.losing().before();
        if (before == null) {
            throw refused(conflict, "the losing change truncated the table", "delete rows by hand");
        }
        if (isThere(table, before)
                && execute("DELETE FROM " + table.rows() + table.where(), table.key(), before) == 0) {
            throw withheld(conflict);
        }
    }

    private void put(JournaledConflict conflict, Table table, Map<String, @Nullable String> row)
            throws SQLException, CommandException {
        List<Column> given = table.columns().stream()
                .filter(column -> row.containsKey(column.name()))
                .toList();
        boolean written = isThere(table, row) ? overwrite(table, given, row) : insert(table, given, row);
        if (!written) {
            throw withheld(conflict);
        }
    }

    /** Locks the row, if there is one. */
    private boolean isThere(Table table, Map<String, @Nullable String> row) throws SQLException {
        return Sql.isTrue(
                connection,
                "SELECT true FROM " + table.rows() + table.where() + " FOR UPDATE",
                table.key().stream().map(column -> row.get(column.name())).toArray());
    }

    private boolean overwrite(Table table, List<Column> given, Map<String, @Nullable String> row) throws SQLException {
        List<Column> set = given.stream()
                .filter(column -> !column.key() && !column.always())
                .toList();
        List<Column> bound = Stream.concat(set.stream(), table.key().stream()).toList();
        return set.isEmpty()
                || execute(
                                "UPDATE " + table.rows() + " SET " + joined(set, Column::equation, ", ")
                                        + table.where(),
                                bound,
                                row)
                        > 0;
    }

    private boolean insert(Table table, List<Column> given, Map<String, @Nullable String> row) throws SQLException {
        return execute(
                        "INSERT INTO " + table.name() + " (" + joined(given, Column::quoted, ", ")
                                + ") OVERRIDING SYSTEM VALUE VALUES ("
                                + joined(given, column -> "?::" + column.type(), ", ") + ")",
                        given,
                        row)
                > 0;
    }

    private static String joined(List<Column> columns, Function<Column, String> text, String separator) {
        return columns.stream().map(text).collect(Collectors.joining(separator));
    }

    private int execute(String sql, List<Column> columns, Map<String, @Nullable String> row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < columns.size(); i++) {
                statement.setString(i + 1, row.get(columns.get(i).name()));
            }
            return statement.executeUpdate();
        }
    }

    private static CommandException withheld(JournaledConflict conflict) {
        return refused(
                conflict,
                "a rule or trigger of its table suppresses the row",
                "let it pass the row, or disable it, and then undo the conflict");
    }

    /** What stands in the way of a row, if that is another row. */
    private static CommandException explained(JournaledConflict conflict, List<Column> columns, SQLException error)
            throws SQLException {
        String state = SqlState.of(error);
        if (state.equals(SqlState.UNIQUE_VIOLATION) || state.equals(SqlState.EXCLUSION_VIOLATION)) {
            return refused(
                    conflict,
                    "another row has the value that it would take back (" + error.getMessage() + ")",
                    "free the value first; when the conflict was decided, " + rival(conflict, columns) + " had it");
        }
        if (state.equals(SqlState.FOREIGN_KEY_VIOLATION)) {
            return refused(
                    conflict,
                    "the row that it refers to does not exist (" + error.getMessage() + ")",
                    "write that row first; " + conflict.winning().site() + " deleted "
                            + JournaledConflict.shown(conflict.winning().before()));
        }
        throw error;
    }

    /** The row that won. */
    private static String rival(JournaledConflict conflict, List<Column> columns) {
        Map<String, @Nullable String> row = conflict.winning().after();
        return conflict.schema() + "." + conflict.table()
                + columns.stream()
                        .filter(Column::key)
                        .map(column -> row == null ? null : row.get(column.name()))
                        .toList();
    }

    private static CommandException refused(JournaledConflict conflict, String why, String fix) {
        return new CommandException(
                ExitCode.FINDING, "conflict " + conflict.id() + " cannot be undone: " + why, fix, null);
    }
}
