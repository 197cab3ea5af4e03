package io.gemel.deploy.check;

import io.gemel.conflict.GreatestOrLeast;
import io.gemel.conflict.TablePolicy;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.transaction.GemelTable;

/** Conflict policies that work, but can lose a change. */
final class PolicyCheck implements DatabaseCheck {
    @Override
    public void check(CheckedSite site, Findings findings) {
        Findings found = findings.of(Cause.POLICY_LOSES);
        for (CatalogTable table : site.tables()) {
            TablePolicy policy = site.config().policyFor(table.schema(), table.name());
            table.columns().stream()
                    .filter(column -> policy.deltaColumns().contains(column.name()) && !column.required())
                    .forEach(column -> found.warning(
                            table.sqlName() + "." + column.name(),
                            "is added up by its conflict policy, but may be NULL: a change from or to NULL sets the value,"
                                    + " and what the other site added is lost",
                            "make the column NOT NULL"));
            if (policy.policy() instanceof GreatestOrLeast extreme) {
                found.warning(
                        table.sqlName(),
                        "keeps the row with the " + extreme.name() + " of two concurrent ones: a concurrent change of"
                                + " another column is lost with its row",
                        "check " + GemelTable.JOURNAL + ", or use column-merge to avoid that");
            }
        }
    }
}
