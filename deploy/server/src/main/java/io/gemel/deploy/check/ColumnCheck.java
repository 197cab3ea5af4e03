package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.CatalogTable.Column;

/** Columns whose values travel, but may mean something else at the peer. */
final class ColumnCheck implements DatabaseCheck {
    @Override
    public void check(CheckedSite site, Findings findings) {
        for (CatalogTable table : site.tables()) {
            table.columns().forEach(column -> check(table, column, findings));
        }
    }

    private static void check(CatalogTable table, Column column, Findings findings) {
        String shown = "has the column " + column.name() + " " + column.type();
        if (column.parts().stream().anyMatch(part -> part.startsWith("reg"))) {
            findings.of(Cause.OBJECT_NAMES)
                    .warning(
                            table.sqlName(),
                            shown + ", which names an object of this database",
                            "make sure that every object it names exists at the peer too");
        }
        if (column.parts().contains("oid")) {
            findings.of(Cause.OID_COLUMNS)
                    .warning(
                            table.sqlName(),
                            shown
                                    + ", which may refer to large objects (@Lob of Hibernate is such a column): they are not"
                                    + " in the database's log, and the same number is another object at the peer, or none",
                            "store content in a bytea column; where it holds other numbers, acknowledge this");
        }
    }
}
