package io.gemel.deploy.verdict;

import io.gemel.conflict.GreatestOrLeast;
import io.gemel.conflict.TablePolicy;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.CatalogTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Columns that a table's conflict policy names: whether they exist, and whether their values can be added up or compared. Pure. */
final class PolicyRules {
    private static final Set<String> ADDABLE = Set.of("int2", "int4", "int8", "numeric");
    private static final Set<String> COMPARABLE =
            Set.of("int2", "int4", "int8", "numeric", "date", "timestamp", "timestamptz");

    private PolicyRules() {}

    static List<Blocker> broken(SiteConfig config, CatalogTable table) {
        TablePolicy policy = config.policyFor(table.schema(), table.name());
        List<Blocker> broken = new ArrayList<>();
        for (String column : policy.deltaColumns()) {
            judge(table, column, "delta", ADDABLE, "integer or numeric").ifPresent(broken::add);
        }
        if (policy.policy() instanceof GreatestOrLeast extreme) {
            judge(table, extreme.column(), extreme.name(), COMPARABLE, "integer, numeric, date or timestamp")
                    .ifPresent(broken::add);
        }
        return broken;
    }

    private static Optional<Blocker> judge(
            CatalogTable table, String name, String policy, Set<String> types, String described) {
        Optional<Column> column = table.columns().stream()
                .filter(each -> each.name().equals(name))
                .findFirst();
        String problem = column.isEmpty()
                ? "does not exist"
                : table.key().stream().anyMatch(key -> key.columns().contains(name))
                        ? "is part of the primary key"
                        : types.contains(column.get().base().name())
                                ? ""
                                : "is of type " + column.get().type();
        if (problem.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Blocker(
                Cause.POLICY,
                table.sqlName() + "." + name,
                problem + ", so that " + policy + " cannot be used with it",
                "name a column of the table that is " + described + " and not part of its key"));
    }
}
