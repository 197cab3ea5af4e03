package io.gemel.deploy.check;

import io.gemel.conflict.ConflictPolicy;
import io.gemel.conflict.ExtremeValue;
import io.gemel.conflict.TablePolicy;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.Sql;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Columns that a conflict policy names: whether they exist, and whether their values can be added up or compared. */
final class PolicyCheck implements DatabaseCheck {
    private static final String COLUMNS = """
            SELECT a.attname, CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END, a.attnotnull
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_type b ON b.oid = t.typbasetype
            WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
            """;
    private static final Set<String> ADDABLE = Set.of("int2", "int4", "int8", "numeric");
    private static final Set<String> COMPARABLE =
            Set.of("int2", "int4", "int8", "numeric", "date", "timestamp", "timestamptz");

    private record Column(String name, String type, boolean required) {}

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        for (CatalogTable table : site.tables()) {
            TablePolicy policy = site.config().policyFor(table.schema(), table.name());
            if (policy.deltaColumns().isEmpty() && !(policy.policy() instanceof ExtremeValue)) {
                continue;
            }
            List<Column> found = Sql.list(
                    site.connection(),
                    row -> new Column(row.getString(1), row.getString(2), row.getBoolean(3)),
                    COLUMNS,
                    table.oid());
            Map<String, Column> columns = found.stream().collect(Collectors.toMap(Column::name, column -> column));
            new TableColumns(table, columns, findings).check(policy);
        }
    }

    private record TableColumns(CatalogTable table, Map<String, Column> columns, Findings findings) {
        void check(TablePolicy policy) {
            for (String column : policy.deltaColumns()) {
                Column found = usable(column, "delta", ADDABLE, "integer or numeric");
                if (found != null && !found.required()) {
                    findings.of(Cause.POLICY_LOSES)
                            .warning(
                                    table.sqlName() + "." + column,
                                    "is added up by its conflict policy, but may be NULL: a change from or to NULL sets the value,"
                                            + " and what the other site added is lost",
                                    "make the column NOT NULL");
                }
            }
            ConflictPolicy rows = policy.policy();
            if (rows instanceof ExtremeValue extreme) {
                if (usable(extreme.column(), extreme.name(), COMPARABLE, "integer, numeric, date or timestamp")
                        == null) {
                    return;
                }
                findings.of(Cause.POLICY_LOSES)
                        .warning(
                                table.sqlName(),
                                "keeps the row with the " + extreme.name()
                                        + " of two concurrent ones: a concurrent change of"
                                        + " another column is lost with its row",
                                "look into gemel.journal, or use column-merge if that must not be");
            }
        }

        private @Nullable Column usable(String column, String policy, Set<String> types, String described) {
            Column found = columns.get(column);
            String problem = found == null
                    ? "does not exist"
                    : table.key().stream().anyMatch(key -> key.columns().contains(column))
                            ? "is part of the primary key"
                            : types.contains(found.type()) ? "" : "is of type " + found.type();
            if (!problem.isEmpty()) {
                findings.of(Cause.POLICY)
                        .error(
                                table.sqlName() + "." + column,
                                problem + ", so that " + policy + " cannot be used with it",
                                "name a column of the table that is " + described + " and not part of its key");
            }
            return problem.isEmpty() ? found : null;
        }
    }
}
