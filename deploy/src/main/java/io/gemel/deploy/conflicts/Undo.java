package io.gemel.deploy.conflicts;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.database.SqlState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes a row as a losing change had left it, in one ordinary transaction of this site. One thread. */
final class Undo {
    /** How the journal's texts are meant, whatever the role or the database prefers. */
    private static final String TEXT_SETTINGS = "SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres';"
            + " SET lc_monetary = 'C'; SET xmloption = 'content'; SET array_nulls = on; SET timezone = 'UTC'";

    private static final String COLUMNS = """
            SELECT a.attname, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                   a.attnum = ANY (k.conkey), a.attidentity = 'a'
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            WHERE n.nspname = ? AND c.relname = ?
            ORDER BY a.attnum
            """;

    private final Connection connection;

    private record Column(String name, String quoted, String type, boolean key, boolean always) {}

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
            throw refused(conflict, refusal.get().why(), refusal.get().mend());
        }
        List<Column> columns = Sql.list(
                connection,
                row -> new Column(
                        row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4), row.getBoolean(5)),
                COLUMNS,
                conflict.schema(),
                conflict.table());
        if (columns.isEmpty()) {
            throw refused(conflict, "its table does not exist any more", "create it again, or let the conflict be");
        }
        String table =
                Sql.text(connection, "SELECT format('%I.%I', ?::text, ?::text)", conflict.schema(), conflict.table());
        try (Statement settings = connection.createStatement()) {
            settings.execute(TEXT_SETTINGS);
        }
        Map<String, @Nullable String> row = conflict.losing().after();
        if (row == null) {
            delete(conflict, table, columns);
            return "deleted " + conflict.rowName() + ", as " + conflict.losing().site() + " had";
        }
        if (!columns.stream().map(Column::name).collect(Collectors.toSet()).containsAll(row.keySet())) {
            throw refused(conflict, "its table has lost columns of that row", "write the row by hand; show prints it");
        }
        List<Column> written = columns.stream()
                .filter(column -> row.containsKey(column.name()))
                .toList();
        try {
            put(table, written, row);
        } catch (SQLException e) {
            throw explained(conflict, columns, e);
        }
        return "wrote " + conflict.rowName() + " as " + conflict.losing().site() + " had: " + row;
    }

    private void delete(JournaledConflict conflict, String table, List<Column> columns)
            throws SQLException, CommandException {
        Map<String, @Nullable String> before = conflict.losing().before();
        if (before == null) {
            throw refused(conflict, "the losing change emptied the whole table", "delete rows by hand");
        }
        List<Column> key = columns.stream().filter(Column::key).toList();
        String where = joined(key, column -> true, column -> column.quoted() + " = ?::" + column.type(), " AND ");
        execute("DELETE FROM " + table + " WHERE " + where, key, before);
    }

    private void put(String table, List<Column> columns, Map<String, @Nullable String> row) throws SQLException {
        Predicate<Column> settable = column -> !column.key() && !column.always();
        String set = joined(columns, settable, column -> column.quoted() + " = EXCLUDED." + column.quoted(), ", ");
        execute(
                "INSERT INTO " + table + " (" + joined(columns, column -> true, Column::quoted, ", ")
                        + ") OVERRIDING SYSTEM VALUE VALUES ("
                        + joined(columns, column -> true, column -> "?::" + column.type(), ", ") + ") ON CONFLICT ("
                        + joined(columns, Column::key, Column::quoted, ", ") + ") DO "
                        + (set.isEmpty() ? "NOTHING" : "UPDATE SET " + set),
                columns,
                row);
    }

    private static String joined(
            List<Column> columns, Predicate<Column> which, Function<Column, String> text, String separator) {
        return columns.stream().filter(which).map(text).collect(Collectors.joining(separator));
    }

    private void execute(String sql, List<Column> columns, Map<String, @Nullable String> row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < columns.size(); i++) {
                statement.setString(i + 1, row.get(columns.get(i).name()));
            }
            statement.executeUpdate();
        }
    }

    /** What stands in the way of a row, if that is another row. */
    private static CommandException explained(JournaledConflict conflict, List<Column> columns, SQLException error)
            throws SQLException {
        String state = SqlState.of(error);
        if (state.equals(SqlState.UNIQUE_VIOLATION) || state.equals(SqlState.EXCLUSION_VIOLATION)) {
            return refused(
                    conflict,
                    "another row has what it would take back (" + error.getMessage() + ")",
                    "free the value first; when the conflict was decided, " + rival(conflict, columns) + " had it");
        }
        if (state.equals(SqlState.FOREIGN_KEY_VIOLATION)) {
            return refused(
                    conflict,
                    "the row that it refers to is not there (" + error.getMessage() + ")",
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

    private static CommandException refused(JournaledConflict conflict, String why, String mend) {
        return new CommandException(
                ExitCode.FINDING, "conflict " + conflict.id() + " cannot be undone: " + why, mend, null);
    }
}
