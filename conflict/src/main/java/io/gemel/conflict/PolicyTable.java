package io.gemel.conflict;

import io.gemel.transaction.TableId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Returns the policy of a table; always the same one. Any thread. */
@FunctionalInterface
public interface PolicyTable {
    TablePolicy policyFor(TableId table);

    /** The same policy for every table. */
    static PolicyTable of(TablePolicy policy) {
        return table -> policy;
    }

    /** A policy for each table by a function, which is called once per table: policies are looked up for every row. */
    static PolicyTable by(Function<TableId, TablePolicy> choice) {
        Map<TableId, TablePolicy> known = new ConcurrentHashMap<>();
        return table -> known.computeIfAbsent(table, choice);
    }
}
