package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.Unread;
import io.gemel.conflict.log.ReadProgress;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which transactions of this database are accounted for: those older than the newest horizon that capture has read back, those
 * behind it that capture has read, and the applier's own. Transaction ids are 64 bits wide here. Applying thread only, but for
 * {@link #beat}.
 *
 * <p>The applier holds a row's lock and asks whether the window knows of every commit that wrote the row. {@link #unread} answers
 * with a snapshot that is taken after the lock. The answer is right because:
 * <ul>
 *   <li>A transaction writes its commit record first, then leaves the list of running ones, and then gives up its locks. So whoever
 *       wrote the locked row and committed is finished in the snapshot. One whose commit record is written, and perhaps flushed and
 *       captured, but which is still on the list has not given up its locks: it did not write the row.
 *   <li>What is older than the horizon was finished in the snapshot that a heartbeat or a marker stored, so its commit record is
 *       before that one's, which capture has read.
 *   <li>The log names each transaction where it begins. Capture says that it is read when the window knows of all of it, including
 *       the corrections of the applier's own transactions.
 *   <li>An aborted transaction left nothing. A subtransaction that is said to be running holds its locks. The status is asked after
 *       the snapshot, and that of a finished transaction does not change any more.
 *   <li>Others never appear in the log by their own ids: subtransactions, and transactions that wrote nothing that is captured, or in
 *       another database. They are accounted for when capture has read past the end of the log as it is after the snapshot, which is
 *       behind the commit record of each finished transaction. That end may not be flushed yet, because of transactions with
 *       {@code synchronous_commit = off}, the applier's among them; the commit of a heartbeat flushes it.
 * </ul>
 */
final class WriterHorizon {
    /** Own ids remembered beyond the horizon; rows of older ones take the slow way. */
    static final int OWN_MAX = 1_000;

    /** The end of the log is read after the statement's snapshot was taken. */
    private static final String MOMENT =
            "SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn() - '0/0'::pg_lsn";

    /** What is too old to have a status counts as committed. */
    private static final String COMMITTED = "SELECT id::text FROM unnest(?::xid8[]) AS id"
            + " WHERE coalesce(pg_xact_status(id), 'committed') = 'committed'";

    private record Moment(String snapshot, long logEnd) {}

    private final ReadProgress progress;
    private final TreeSet<Long> own = new TreeSet<>();
    private final Queue<Long> beats = new ConcurrentLinkedQueue<>();
    private long horizon;

    WriterHorizon(ReadProgress progress) {
        this.progress = progress;
    }

    /** Fixes the horizon for a transaction; must come before the transaction first looks into the window. */
    void refresh() {
        String read = progress.horizon();
        if (read != null) {
            horizon = Math.max(horizon, Long.parseLong(read));
        }
        for (Long beat = beats.poll(); beat != null; beat = beats.poll()) {
            own.add(beat);
        }
        own.headSet(horizon).clear();
        while (own.size() > OWN_MAX) {
            own.pollFirst();
        }
    }

    /** A heartbeat was committed under this id, and wrote nothing else; any thread. */
    void beat(long transactionId) {
        beats.add(transactionId);
    }

    /**
     * What the window does not know yet of all that may have written a row which the running transaction has locked.
     *
     * @param transactionId the applier's running transaction
     */
    Unread unread(PostgresSession sql, long transactionId) throws SQLException, ApplyFailure {
        Moment now = sql.one(MOMENT, row -> new Moment(row.getString(1), row.getLong(2)));
        Set<Long> finished = finished(now.snapshot(), transactionId);
        if (finished == null) {
            return new Unread(now.logEnd(), Set.of());
        }
        if (progress.hasRead(finished)) {
            return Unread.NOTHING;
        }
        String ids = finished.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
        Set<Long> committed = Set.copyOf(sql.list(COMMITTED, row -> row.getLong(1), ids));
        return committed.isEmpty() ? Unread.NOTHING : new Unread(now.logEnd(), committed);
    }

    /**
     * Transactions behind the horizon that are finished in a snapshot and are not the applier's own; null when that is not known, or
     * they are too many to tell. Subtransactions of running ones may be among them.
     *
     * @param snapshot in the server's form, {@code xmin:xmax:running,running}
     * @param transactionId the applier's running transaction
     */
    @Nullable
    Set<Long> finished(String snapshot, long transactionId) {
        refresh();
        String[] fields = snapshot.split(":", -1);
        long end = Long.parseLong(fields[1]);
        if (horizon == 0 || end - horizon > 2L * OWN_MAX) {
            return null;
        }
        Set<String> running = Set.copyOf(Arrays.asList(fields[2].split(",", -1)));
        Set<Long> finished = new HashSet<>();
        for (long id = horizon; id < end; id++) {
            if (id != transactionId && !own.contains(id) && !running.contains(String.valueOf(id))) {
                finished.add(id);
            }
        }
        return finished;
    }

    /** The applier committed rows, and nothing but incoming changes' outcomes, under this id. */
    void committed(long transactionId) {
        own.add(transactionId);
    }

    /**
     * Least {@code age(xmin)}, as the transaction with this id sees it, of rows whose writer is older than the horizon;
     * without a horizon, an age that no row has.
     */
    int leastAge(long transactionId) {
        return horizon == 0 ? Integer.MAX_VALUE : (int) Math.min(transactionId - horizon + 1, Integer.MAX_VALUE);
    }

    /** Own ids including the running transaction's, as an array literal of 32-bit ids. */
    String ownIds(long transactionId) {
        String earlier =
                own.stream().map(id -> String.valueOf(id & 0xFFFF_FFFFL)).collect(Collectors.joining(","));
        return "{" + earlier + (earlier.isEmpty() ? "" : ",") + (transactionId & 0xFFFF_FFFFL) + "}";
    }
}
