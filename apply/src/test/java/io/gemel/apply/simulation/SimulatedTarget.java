package io.gemel.apply.simulation;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.LockWait;
import io.gemel.apply.target.ParkedStore;
import io.gemel.apply.target.RepairStore;
import io.gemel.apply.target.StoredState;
import io.gemel.apply.target.TargetActivity;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.apply.target.TargetTransaction;
import io.gemel.apply.target.Unread;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A simulated database as the applier uses it. Before each statement the turn passes, so that local transactions and capture slip in
 * between. Which writers are accounted for is fixed when a transaction begins and when it asks how far capture must read, as with
 * PostgreSQL.
 */
final class SimulatedTarget implements TargetDatabase {
    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final SiteProcess process;
    private final LongSupplier micros;
    private final Supplier<Turn.Order> turn;
    private @Nullable SimulatedTransaction open;
    private long horizon;
    private boolean looksAgain;

    /**
     * @param micros the site's wall clock
     * @param turn passes the turn, and says what is to happen then
     */
    SimulatedTarget(
            Configuration configuration,
            SimulatedDatabase database,
            SiteProcess process,
            LongSupplier micros,
            Supplier<Turn.Order> turn) {
        this.configuration = configuration;
        this.database = database;
        this.process = process;
        this.micros = micros;
        this.turn = turn;
    }

    /** Would a local transaction with these changes have to wait for the applier's? */
    boolean blocks(List<Change> changes) {
        return open != null && open.blocks(changes);
    }

    /** A statement begins. */
    void statement() throws ApplyFailure {
        Turn.Order order = turn.get();
        if (order == Turn.Order.FAIL) {
            throw new ApplyFailure(Kind.RETRY, "a deadlock");
        }
        if (order == Turn.Order.BREAK || order == Turn.Order.LOSE_ANSWER) {
            throw new ApplyFailure(Kind.RESTART, "the connection breaks");
        }
    }

    Turn.Order beforeCommit() {
        return turn.get();
    }

    @Override
    public TargetTransaction begin(Marker marker) throws ApplyFailure {
        if (open != null) {
            throw new Violation("the applier has a transaction open");
        }
        statement();
        horizon = process.progress().commitPosition();
        SimulatedTransaction transaction =
                new SimulatedTransaction(this, configuration, database, this::isSettled, marker);
        open = transaction;
        return transaction;
    }

    private boolean isSettled(SimulatedDatabase.Row row, RowImage before) {
        if (configuration.has(Setting.ALWAYS_SLOW)) {
            return false;
        }
        if (configuration.has(Fault.FAST_PATH_BY_BEFORE_IMAGE)) {
            return true; // it is the before image, or nobody would ask
        }
        if (configuration.has(Fault.FAST_PATH_BY_COMMIT_TIME)) {
            return row.byApplier() || row.micros() <= process.readMicros();
        }
        boolean late = configuration.has(Fault.HORIZON_AFTER_THE_PLAN);
        return row.byApplier() || row.commit() <= (late ? process.progress().commitPosition() : horizon);
    }

    /** See {@link TargetTransaction#unreadUpTo}. Transactions are numbered by their commit positions. */
    Unread unreadUpTo() {
        horizon = process.progress().commitPosition();
        if (configuration.has(Setting.ALWAYS_SLOW)) {
            return new Unread(database.end(), Set.of());
        }
        Set<Long> unread = database.log().stream()
                .skip(horizon / SimulatedDatabase.COMMIT_STRIDE)
                .filter(commit -> commit.marker() == null || !isByApplier(commit.changes()))
                .map(SimulatedDatabase.Commit::position)
                .collect(Collectors.toSet());
        return unread.isEmpty() ? Unread.NOTHING : new Unread(database.end(), unread);
    }

    /** Rows of a transaction with corrections count as local ones. */
    private boolean isByApplier(List<Change> corrections) {
        return corrections.isEmpty() || configuration.has(Fault.CORRECTION_AS_APPLIER_WRITE);
    }

    void commit(SimulatedTransaction.Contents contents) {
        if (looksAgain) {
            throw new Violation("nobody alters the tables, and yet it went well the second time");
        }
        database.commitApplied(contents, isByApplier(contents.corrections()), micros.getAsLong());
    }

    void closed(SimulatedTransaction transaction) {
        if (Objects.equals(open, transaction)) {
            open = null;
        }
    }

    @Override
    public ParkedStore parked() {
        return new NothingParked();
    }

    @Override
    public RepairStore repairs() {
        return new SimulatedRepairs(configuration);
    }

    @Override
    public void forgetTables() {
        looksAgain = true; // for the last time: what is wrong then it halts for
    }

    @Override
    public void beat() throws ApplyFailure {
        statement(); // what moves the log on is simulated elsewhere
    }

    @Override
    public boolean tryLead() {
        return true;
    }

    @Override
    public StoredState stored() {
        throw new UnsupportedOperationException("the process reads it");
    }

    @Override
    public long logEnd() {
        return database.end();
    }

    @Override
    public @Nullable TargetActivity activity() {
        return null;
    }

    @Override
    public LockWait heartbeatLock() {
        return new LockWait("nothing", List.of());
    }

    @Override
    public boolean terminate(LockWait.Holder holder) {
        return false;
    }

    @Override
    public void maintain() {
        database.maintain();
    }

    @Override
    public void abandon() {
        // nobody waits for the database
    }

    @Override
    public void close() {
        // nothing to close
    }
}
