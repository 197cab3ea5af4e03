package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetRows.Collision;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows written to tables with deferrable unique keys. PostgreSQL judges these by triggers, which are off in the applier's
 * session, so the applier must look itself. One database transaction; applying thread only.
 */
final class PostgresDeferredKeys {
    /** Rows that are remembered before they are checked, final or not. */
    private static final int UNJUDGED_MAX = 10_000;

    private final PostgresSession sql;
    private final PostgresUniqueKeys uniqueKeys;
    private final Map<TableShape, Map<RowKey, RowImage>> unjudged = new LinkedHashMap<>();
    private final Map<TableShape, PostgresTable> tables = new LinkedHashMap<>();

    PostgresDeferredKeys(PostgresSession sql, PostgresUniqueKeys uniqueKeys) {
        this.sql = sql;
        this.uniqueKeys = uniqueKeys;
    }

    /** These rows of one table are written. */
    void written(PostgresTable table, List<RowImage> images) throws ApplyFailure {
        if (images.isEmpty()
                || !run(() -> uniqueKeys.hasDeferrable(sql, table, images.get(0).shape()))) {
            return;
        }
        TableShape shape = images.get(0).shape();
        tables.put(shape, table);
        Map<RowKey, RowImage> known = unjudged.computeIfAbsent(shape, any -> new LinkedHashMap<>());
        images.forEach(image -> known.put(image.key(), image));
        if (known.size() >= UNJUDGED_MAX) {
            check();
        }
    }

    /** Rows with these keys are gone, if they were there. */
    void deleted(List<RowKey> keys) {
        unjudged.values().forEach(known -> keys.forEach(known::remove));
    }

    /** As {@link TargetRows#checkDeferred}. */
    void check() throws ApplyFailure {
        for (Map.Entry<TableShape, PostgresTable> table : tables.entrySet()) {
            TableShape shape = table.getKey();
            List<RowImage> images =
                    List.copyOf(unjudged.getOrDefault(shape, Map.of()).values());
            List<Collision> found = run(() -> uniqueKeys.collisions(sql, table.getValue(), shape, images));
            if (!found.isEmpty()) {
                Collision first = found.get(0);
                throw new ApplyFailure(
                        Kind.UNIQUE,
                        "a row written to " + shape.table() + " collides with " + first.other() + " on "
                                + first.key().name());
            }
        }
        tables.clear();
        unjudged.clear();
    }
}
