package io.gemel.apply;

import io.gemel.apply.ApplyFailure.Kind;
import io.gemel.apply.TargetRows.Collision;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.TableShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/**
 * Rows written to tables with deferrable unique keys. PostgreSQL judges these by triggers, which are off in the applier's
 * session, so the applier must look itself. One database transaction; applying thread only.
 */
final class PostgresDeferredKeys {
    /** Rows that are remembered before they are looked at, final or not. */
    private static final int UNJUDGED_MAX = 10_000;

    private final DSLContext sql;
    private final PostgresUniqueKeys uniqueKeys;
    private final Map<TableShape, Map<RowKey, RowImage>> unjudged = new LinkedHashMap<>();
    private final Map<TableShape, PostgresTable> tables = new LinkedHashMap<>();

    PostgresDeferredKeys(DSLContext sql, PostgresUniqueKeys uniqueKeys) {
        this.sql = sql;
        this.uniqueKeys = uniqueKeys;
    }

    /** These rows of one table are written. */
    void written(PostgresTable table, List<RowImage> images) throws ApplyFailure {
        if (images.isEmpty() || !hasDeferrable(table, images.get(0).shape())) {
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

    private boolean hasDeferrable(PostgresTable table, TableShape shape) throws ApplyFailure {
        try {
            return uniqueKeys.hasDeferrable(sql, table, shape);
        } catch (DataAccessException e) {
            throw FailureClassifier.classify(e);
        }
    }

    /** As {@link TargetRows#checkDeferred}. */
    void check() throws ApplyFailure {
        for (Map.Entry<TableShape, PostgresTable> table : tables.entrySet()) {
            TableShape shape = table.getKey();
            List<RowImage> images =
                    List.copyOf(unjudged.getOrDefault(shape, Map.of()).values());
            try {
                for (Collision collision : uniqueKeys.collisions(sql, table.getValue(), shape, images)) {
                    throw new ApplyFailure(
                            Kind.UNIQUE,
                            "a row written to " + shape.table() + " collides with " + collision.other() + " on "
                                    + collision.key().name());
                }
            } catch (DataAccessException e) {
                throw FailureClassifier.classify(e);
            }
        }
        tables.clear();
        unjudged.clear();
    }
}
