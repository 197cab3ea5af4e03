package io.gemel.deploy.verdict;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.CatalogTable.Column;
import io.gemel.deploy.database.CatalogTable.Generated;
import io.gemel.deploy.database.CatalogTable.OtherPublication;
import io.gemel.deploy.database.CatalogTable.PrimaryKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Why a table cannot be replicated, whatever its setup: a table that breaks a rule is not prepared, not published and
 * not applied, and the others continue without it. Pure.
 */
final class TableRules {
    /** Types in which equal values have one text, and different texts are different values: keys are compared as text at both sites. */
    private static final Set<String> KEY_TYPES = Set.of(
            "int2",
            "int4",
            "int8",
            "oid",
            "bool",
            "uuid",
            "bytea",
            "date",
            "time",
            "timestamp",
            "timestamptz",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "bit",
            "varbit",
            "name",
            "char",
            "text",
            "varchar",
            "bpchar",
            "numeric");

    private static final Set<String> WITHOUT_TEXT_INPUT = Set.of(
            "pg_node_tree",
            "pg_ndistinct",
            "pg_dependencies",
            "pg_mcv_list",
            "pg_brin_bloom_summary",
            "pg_brin_minmax_multi_summary",
            "gtsvector",
            "pg_ddl_command");

    private static final String LEAVE_OUT = ", or list it in tables.exclude";

    private final SiteConfig config;
    private final CatalogTable table;
    private final List<Blocker> broken = new ArrayList<>();

    private TableRules(SiteConfig config, CatalogTable table) {
        this.config = config;
        this.table = table;
    }

    /** Every rule that a table breaks; none when it can be replicated. */
    static List<Blocker> broken(SiteConfig config, CatalogTable table) {
        TableRules rules = new TableRules(config, table);
        rules.judgeKind();
        rules.judgeKey();
        table.columns().forEach(rules::judgeColumn);
        if (table.rowsHidden()) {
            rules.judgeRowSecurity();
        }
        table.publications().forEach(rules::judgePublication);
        PolicyRules.broken(config, table).forEach(rules.broken::add);
        return List.copyOf(rules.broken);
    }

    private void refuse(Cause cause, String problem, String fix) {
        broken.add(new Blocker(cause, table.sqlName(), problem, fix));
    }

    private void judgeKind() {
        if (table.kind() == CatalogTable.Kind.FOREIGN
                || table.partitions().stream().anyMatch(partition -> !partition.loggedLocally())) {
            refuse(
                    Cause.TABLE_KIND,
                    "is or has a foreign or unlogged part, whose changes are not in this database's log",
                    "replicate only tables that are stored here" + LEAVE_OUT);
        } else if (table.unlogged()) {
            refuse(
                    Cause.TABLE_KIND,
                    "is unlogged, its changes are not in the database's log",
                    "ALTER TABLE " + table.sqlName() + " SET LOGGED" + LEAVE_OUT);
        }
    }

    private void judgeKey() {
        Optional<PrimaryKey> key = table.key();
        if (key.isEmpty()) {
            if (table.kind() != CatalogTable.Kind.FOREIGN) {
                refuse(
                        Cause.PRIMARY_KEY,
                        "has no primary key",
                        "ALTER TABLE " + table.sqlName() + " ADD PRIMARY KEY (...)" + LEAVE_OUT);
            }
            return;
        }
        if (key.get().deferrable()) {
            refuse(
                    Cause.PRIMARY_KEY,
                    "has a deferrable primary key, so that two rows may share a key inside a transaction",
                    "ALTER TABLE " + table.sqlName() + " DROP CONSTRAINT "
                            + key.get().constraint() + ", ADD CONSTRAINT "
                            + key.get().constraint() + " "
                            + key.get().definition() + LEAVE_OUT);
        }
        for (Column column : table.columns()) {
            if (key.get().columns().contains(column.name())) {
                keyProblem(column)
                        .ifPresent(problem -> refuse(
                                Cause.KEY_TYPE,
                                "has the key column " + column.name() + " of type " + column.type() + ", which "
                                        + problem,
                                "give it a key of an integer, uuid, text or date type" + LEAVE_OUT));
            }
        }
    }

    private static Optional<String> keyProblem(Column column) {
        CatalogTable.BaseType base = column.base();
        if (column.generated() != Generated.NOT) {
            return Optional.of("is generated and so is not in the database's log");
        }
        if (base.nondeterministic()) {
            return Optional.of("compares different texts as equal (collation " + column.collation() + ")");
        }
        if (base.name().equals("numeric") && base.builtIn() && !base.modified()) {
            return Optional.of("has several texts for one value; declare its scale, such as numeric(20,0)");
        }
        if (base.name().equals("bpchar") && base.builtIn() && !base.modified()) {
            return Optional.of("has several texts for one value; declare its length");
        }
        boolean allowed = base.enumerated() || (base.builtIn() && KEY_TYPES.contains(base.name()));
        return allowed ? Optional.empty() : Optional.of("cannot be compared as text");
    }

    private void judgeColumn(Column column) {
        String shown = "has the column " + column.name() + " " + column.type();
        if (column.generated() == Generated.VIRTUAL) {
            refuse(
                    Cause.GENERATED_COLUMN,
                    "has a virtual generated column, " + column.name()
                            + ": PostgreSQL rejects updates of such a table once it logs full row images",
                    "make the column STORED" + LEAVE_OUT);
        }
        if (column.parts().stream().anyMatch(WITHOUT_TEXT_INPUT::contains)) {
            refuse(Cause.COLUMN_TYPE, shown + ", whose type cannot be read from text", "change its type" + LEAVE_OUT);
        }
        if (column.parts().contains("lo")) {
            refuse(
                    Cause.COLUMN_TYPE,
                    shown + ", which refers to large objects; those are not in the database's log",
                    "store the content in a bytea column" + LEAVE_OUT);
        }
    }

    private void judgeRowSecurity() {
        String role = "\"" + config.database().user().replace("\"", "\"\"") + "\"";
        refuse(
                Cause.ROW_SECURITY,
                "has row level security, which hides rows from Gemel's role",
                "ALTER ROLE " + role + " BYPASSRLS (gemel prepare does it with --admin-user), then gemel prepare "
                        + config.file());
    }

    private void judgePublication(OtherPublication other) {
        String only = "ONLY " + other.relation();
        if (other.columnList()) {
            refuse(
                    Cause.OTHER_PUBLICATION,
                    "is in the publication " + other.sqlName() + ", which lists columns of " + other.relation()
                            + ": PostgreSQL rejects updates of such a table once it logs full row images",
                    "ALTER PUBLICATION " + other.sqlName() + " DROP TABLE " + only + "; ALTER PUBLICATION "
                            + other.sqlName() + " ADD TABLE " + only + "; then gemel prepare " + config.file());
        } else {
            refuse(
                    Cause.OTHER_PUBLICATION,
                    "is in the publication " + other.sqlName() + ", which leaves out stored generated columns of "
                            + other.relation()
                            + ": PostgreSQL rejects updates of such a table once it logs full row images",
                    "ALTER PUBLICATION " + other.sqlName() + " SET (publish_generated_columns = stored); then gemel"
                            + " prepare " + config.file());
        }
    }
}
