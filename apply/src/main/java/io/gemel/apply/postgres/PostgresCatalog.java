package io.gemel.apply.postgres;

import static io.gemel.apply.postgres.PostgresWork.run;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.reason.Advice;
import io.gemel.transaction.TableShape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the applier remembers of the local catalog, and whether that is still so. A value bound as a type that its column no longer has would
 * be altered in silence: so before a transaction commits, when it holds locks on the tables that it wrote and nobody can
 * alter them any more, these are compared with what was known. Applying thread only.
 */
final class PostgresCatalog {
    private static final String ALTERED = """
            SELECT k.oid FROM unnest(?::int8[], ?::text[]) AS k (oid, state) LEFT JOIN pg_class c ON c.oid = k.oid::oid
            WHERE c.oid IS NULL OR k.state <> %s LIMIT 1
            """.formatted(PostgresTableReader.STATE);

    private final ApplyConfig config;
    private final Map<TableShape, PostgresTable> tables = new HashMap<>();
    private final Map<PostgresTable, PostgresStatements> statements = new HashMap<>();
    private final PostgresUniqueKeys uniqueKeys = new PostgresUniqueKeys();
    private final PostgresForeignKeys foreignKeys;
    private final Map<Long, PostgresTable> used = new LinkedHashMap<>(); // by the transaction that runs

    private final RowsAtWork rowsAtWork;

    /** @param rowsAtWork told by the statements for tables */
    PostgresCatalog(ApplyConfig config, RowsAtWork rowsAtWork) {
        this.config = config;
        this.rowsAtWork = rowsAtWork;
        foreignKeys = new PostgresForeignKeys(config.replicated());
    }

    /** The statements for a table, from memory when they were asked for before. */
    PostgresStatements statements(PostgresTable table) {
        return statements.computeIfAbsent(table, PostgresStatements::new);
    }

    RowsAtWork rowsAtWork() {
        return rowsAtWork;
    }

    /** Most bytes of memory that the values of a changed row may take. */
    long rowBytesMax() {
        return config.rowRoom().bytesMax();
    }

    PostgresUniqueKeys uniqueKeys() {
        return uniqueKeys;
    }

    PostgresForeignKeys foreignKeys() {
        return foreignKeys;
    }

    /** A transaction begins. */
    void begin() {
        used.clear();
    }

    /** A table's place in the local catalog, from memory when it is known. */
    PostgresTable table(PostgresSession sql, TableShape shape) throws ApplyFailure {
        PostgresTable known = tables.get(shape);
        if (known == null) {
            Optional<String> refusal = config.refusal().apply(shape.table());
            if (refusal.isPresent()) {
                throw new ApplyFailure(
                        Kind.PARK,
                        Advice.APPLY_TABLE_REFUSED,
                        "table " + shape.table() + " is not replicated at this site: " + refusal.get()
                                + ". After that 'gemel parked FILE retry ID' applies the rows here; 'gemel parked"
                                + " FILE discard ID' leaves them out");
            }
            if (!config.replicated().test(shape.table())) {
                throw new ApplyFailure(
                        Kind.HALT,
                        Advice.APPLY_TABLE_NOT_REPLICATED,
                        "the peer's log changes table " + shape.table()
                                + ", which this site does not replicate; add it to tables here and restart 'gemel"
                                + " site'. To leave it out, exclude it at both sites after that: changes that are"
                                + " already in the log must be applied");
            }
            known = run(() -> PostgresTableReader.read(sql, shape));
            tables.put(shape, known);
        }
        used.put(known.oid(), known);
        return known;
    }

    /** Fails when a table that the transaction used is not, or was not, what it was assumed to be. */
    void verify(PostgresSession sql) throws ApplyFailure {
        if (used.isEmpty()) {
            return;
        }
        List<PostgresTable> all = List.copyOf(used.values());
        @Nullable
        Long altered = run(() -> sql.first(
                ALTERED,
                row -> row.getLong(1),
                ArrayLiteral.of(all, table -> String.valueOf(table.oid())),
                ArrayLiteral.of(all, PostgresTable::state)));
        if (altered != null) {
            forget();
            throw new ApplyFailure(Kind.RETRY, "table " + used.get(altered) + " was altered in the meantime");
        }
    }

    /** Forgets everything. */
    void forget() {
        tables.clear();
        statements.clear();
        uniqueKeys.forget();
        foreignKeys.forget();
    }
}
