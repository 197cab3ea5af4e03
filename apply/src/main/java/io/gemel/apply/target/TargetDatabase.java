package io.gemel.apply.target;

import io.gemel.transaction.Marker;
import org.jspecify.annotations.Nullable;

/**
 * The local database, as the applier uses it. Only an implementation knows its SQL dialect and the meaning of its
 * commit positions. All methods are for the applying thread, except {@link #beat}, {@link #logEnd}, {@link #activity},
 * {@link #terminate}, {@link #maintain} and {@link #abandon}.
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

    /** Forgets what it knows of the catalog: someone may have altered tables to fix a halt. */
    void forgetTables();

    /** Writes the heartbeat row on a connection of its own and commits it durably, so that capture reads on to it. */
    void beat() throws ApplyFailure;

    /** A commit position after everything that is committed now, read on a separate connection. */
    long logEnd() throws ApplyFailure;

    /** Current activity of the applying session, read on a separate connection; null when it is idle. */
    @Nullable
    TargetActivity activity() throws ApplyFailure;

    /** Who blocks the heartbeat row, read on a separate connection. */
    LockWait heartbeatLock() throws ApplyFailure;

    /** Ends a session that holds a lock, if it is still there; false when it is not. */
    boolean terminate(LockWait.Holder holder) throws ApplyFailure;

    /** Deletes expired markers, journal rows and submissions. */
    void maintain() throws ApplyFailure;

    /** It has vanished: cuts the applying session off, and lets {@link #close} wait for nothing. Any thread, at once. */
    void abandon();

    @Override
    void close();
}
