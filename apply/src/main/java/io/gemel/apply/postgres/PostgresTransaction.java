package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.apply.target.Unread;
import io.gemel.conflict.window.SupersededNote;
import io.gemel.conflict.window.WindowEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A transaction on the applier's connection to PostgreSQL. */
final class PostgresTransaction implements TargetTransaction {
    private final Connection connection;
    private final PostgresSession sql;
    private final PostgresCatalog catalog;
    private final PostgresTargetRows rows;
    private final WriterHorizon writers;
    private final PostgresConflicts conflicts;
    private final PostgresParkedStore parked;
    private final long id;
    private boolean open = true;
    private boolean corrects;

    /**
     * Takes over a connection on which the marker was just written.
     *
     * @param id 64-bit transaction id
     */
    PostgresTransaction(
            Connection connection, PostgresSession sql, PostgresCatalog catalog, WriterHorizon writers, long id) {
        this.connection = connection;
        this.sql = sql;
        this.catalog = catalog;
        rows = new PostgresTargetRows(sql, catalog, writers, id);
        this.writers = writers;
        conflicts = new PostgresConflicts(connection);
        parked = new PostgresParkedStore(connection, sql);
        this.id = id;
    }

    @Override
    public TargetRows rows() {
        return rows;
    }

    @Override
    public Unread unreadUpTo() throws ApplyFailure {
        return PostgresWork.run(() -> writers.unread(sql, id));
    }

    @Override
    public void emit(List<Change> corrections) throws ApplyFailure {
        corrects |= !corrections.isEmpty();
        PostgresWork.run(() -> {
            conflicts.emit(corrections);
            return corrections;
        });
    }

    @Override
    public void note(List<SupersededNote> voids) throws ApplyFailure {
        PostgresWork.run(() -> {
            conflicts.note(voids);
            return voids;
        });
    }

    @Override
    public void park(SiteId origin, long position, String reason, Transaction transaction, Set<RowKey> keys)
            throws ApplyFailure {
        PostgresWork.run(() -> {
            parked.park(origin, position, reason, transaction, keys);
            return keys;
        });
    }

    @Override
    public void settle(Set<RowKey> keys) throws ApplyFailure {
        PostgresWork.run(() -> {
            parked.settle(keys);
            return keys;
        });
    }

    @Override
    public boolean endRepairs(long position) throws ApplyFailure {
        return PostgresWork.run(() -> new PostgresRepairStore(connection, sql).end(position));
    }

    @Override
    public void journal(List<JournalEntry> entries) throws ApplyFailure {
        PostgresWork.run(() -> {
            conflicts.journal(entries);
            return entries;
        });
    }

    @Override
    public void store(Map<RowKey, WindowEntry> entries) throws ApplyFailure {
        PostgresWork.run(() -> {
            conflicts.store(entries);
            return entries;
        });
    }

    @Override
    public void commit() throws ApplyFailure {
        catalog.verify(sql);
        try {
            connection.commit();
        } catch (SQLException e) {
            throw FailureClassifier.classifyCommit(e);
        }
        open = false;
        if (!corrects) { // corrected rows are local ones, until capture has read them
            writers.committed(id);
        }
    }

    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is gone, and with it the transaction; the next statement on it will say so.
            return;
        }
    }
}
