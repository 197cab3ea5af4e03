package io.gemel.conflict;

import io.gemel.transaction.TableId;
import java.util.function.Function;

/** Which policy holds for a table. Immutable; any thread. */
@FunctionalInterface
public interface PolicyTable {
    TablePolicy policyFor(TableId table);

    /** The same policy for every table. */
    static PolicyTable of(TablePolicy policy) {
        return table -> policy;
    }

    /** A policy for each table by a function, which must always give the same answer. */
    static PolicyTable by(Function<TableId, TablePolicy> choice) {
        return choice::apply;
    }
}
