package io.gemel.apply.target;

import io.gemel.transaction.Marker;
import org.jspecify.annotations.Nullable;

/**
 * The local database, as the applier uses it. Only an implementation knows its SQL dialect and the meaning of its
 * commit positions. All methods are for the applying thread, except {@link #beat}, {@link #logEnd}, {@link #activity},
 * {@link #terminate} and {@link #maintain}.
 */
public interface TargetDatabase extends AutoCloseable {
    /** Tries to become the site's only applier; stays so until the connection is closed or lost. */
    boolean tryLead() throws ApplyFailure;

    /** What earlier processes left. */
    StoredState stored() throws ApplyFailure;

    /** Transactions set aside. */
    ParkedStore parked() throws ApplyFailure;

    /** Rows that differ from the peer's. */
    RepairStore repairs() throws ApplyFailure;

    /** Begins a database transaction; its first statement writes the marker. */
    TargetTransaction begin(Marker marker) throws ApplyFailure;

    /** Forgets what it knows of the catalog: somebody may have altered tables to fix a halt. */
    void forgetTables();

    /** Writes the heartbeat row on a connection of its own and commits it durably, so that capture reads on to it. */
    void beat() throws ApplyFailure;

    /** A commit position behind everything that is committed now, asked on a connection of its own. */
    long logEnd() throws ApplyFailure;

    /** What the applying session does now, asked on a connection of its own; null when it does nothing. */
    @Nullable
    TargetActivity activity() throws ApplyFailure;

    /** Who keeps the heartbeat row from being written, asked on a connection of its own. */
    LockWait heartbeatLock() throws ApplyFailure;

    /** Ends a session that holds a lock, if it is still there; false when it is not. */
    boolean terminate(LockWait.Holder holder) throws ApplyFailure;

    /** Removes markers journal rows that nobody needs any more, and submissions that are old enough. */
    void maintain() throws ApplyFailure;

    @Override
    void close();
}
