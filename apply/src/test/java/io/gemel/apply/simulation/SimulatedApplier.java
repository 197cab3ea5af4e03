package io.gemel.apply.simulation;

import io.gemel.apply.ShippedApplier;
import io.gemel.apply.log.Incoming;
import io.gemel.apply.log.PieceConsumer;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.transaction.Change;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of the applier as it ships, on a thread of its own that has the turn only now and then: it gives it back before each statement,
 * while capture is behind, and before it looks for more in the peer's log.
 */
final class SimulatedApplier implements ShippedApplier.Waits {
    /** Changes in a piece of a transaction that is read again, when transactions travel in parts. */
    private static final int PIECE_CHANGES = 2;

    private static final long OLD_NANOS = Duration.ofMinutes(1).toNanos();

    private final Configuration configuration;
    private final SiteProcess process;
    private final SimulatedTarget target;
    private final ShippedApplier shipped;
    private final LogReader reader;
    private final Turn turn = new Turn(this::run);
    private LogReader.@Nullable Received large;
    private int groupMax = 1;
    private boolean wantsInput;
    private long wantsRead; // commit position, or 0
    private boolean mayFail;
    private long nanos;

    /** @param micros the site's wall clock */
    SimulatedApplier(
            Configuration configuration,
            SimulatedDatabase database,
            SiteProcess process,
            SimulatedLog peerLog,
            SiteId peer,
            LongSupplier micros) {
        this.configuration = configuration;
        this.process = process;
        target = new SimulatedTarget(configuration, database, process, micros, this::statement);
        shipped = new ShippedApplier(
                Sites.peerOf(peer), peer, target, process.window(), process.progress(), this, database.marker());
        reader = new LogReader(peerLog, peer, database.marker(), 0);
    }

    /**
     * Gives it the turn, unless it has nothing to do or capture must read on first.
     *
     * @param most transactions and heartbeats to apply together if it looks for more now
     * @param timesOut whether it has waited for capture long enough
     * @return whether it went on
     */
    boolean step(int most, boolean timesOut) {
        boolean behind = process.progress().commitPosition() < wantsRead;
        if (turn.ended() || (wantsInput && reader.peek() == null) || (behind && !timesOut)) {
            return false;
        }
        groupMax = most;
        give(behind ? Turn.Order.TIME_OUT : Turn.Order.GO_ON);
        return true;
    }

    /** The database refuses what the applier is at, or the connection breaks. Nothing when it is at nothing there. */
    void disturb(Turn.Order order) {
        if (mayFail) {
            give(order);
        }
    }

    /** Has it given up, and only a new one can go on? */
    boolean ended() {
        return turn.ended();
    }

    /** Its process is gone. */
    void vanish() {
        turn.end();
    }

    /** Long enough passes for an acknowledgement without a transaction to be stored. */
    void passTime() {
        nanos += OLD_NANOS;
        target.maintain();
    }

    boolean blocks(List<Change> changes) {
        return target.blocks(changes);
    }

    private void give(Turn.Order order) {
        try {
            turn.give(order);
        } catch (ApplyFailure e) {
            if (e.kind() != Kind.RESTART) {
                throw new Violation("the applier gives up: " + e.getMessage(), e);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    // On the applier's thread

    private void run() throws ApplyFailure, InterruptedException {
        shipped.start();
        while (true) {
            shipped.apply(next(), this::reread);
        }
    }

    private List<Incoming> next() {
        wantsInput = true;
        turn.pass();
        wantsInput = false;
        List<Incoming> batch = new ArrayList<>();
        int most = Math.min(groupMax, shipped.batchRecords());
        while (batch.size() < most) {
            LogReader.Received received = reader.peek();
            boolean spills = received != null && spills(received);
            if (received == null || (spills && !batch.isEmpty())) {
                return batch;
            }
            reader.take();
            batch.add(incoming(received));
            if (spills) {
                large = received;
                return batch;
            }
        }
        return batch;
    }

    private boolean spills(LogReader.Received received) {
        return configuration.has(Setting.PARTS) && received.changes().size() > PIECE_CHANGES;
    }

    private Incoming incoming(LogReader.Received received) {
        if (received.heartbeat()) {
            return new Incoming.Heartbeat(received.epoch(), received.header().seen());
        }
        return spills(received)
                ? new Incoming.Spilled(received.epoch(), received.header(), 0)
                : new Incoming.InMemory(received.epoch(), new Transaction(received.header(), received.changes()), 0);
    }

    private void reread(Incoming.Spilled spilled, PieceConsumer consumer) throws ApplyFailure, InterruptedException {
        List<StampedChange> changes = Objects.requireNonNull(large).stamped();
        for (int start = 0; start < changes.size(); start += PIECE_CHANGES) {
            if (!consumer.accept(changes.subList(start, Math.min(changes.size(), start + PIECE_CHANGES)))) {
                return;
            }
        }
    }

    private Turn.Order statement() {
        if (configuration.has(Setting.WHOLE_BATCHES)) {
            return Turn.Order.GO_ON;
        }
        mayFail = true;
        Turn.Order order = turn.pass();
        mayFail = false;
        return order;
    }

    @Override
    public boolean awaitRead(long position, Set<Long> transactions, Duration limit) {
        long enough = transactions.stream().mapToLong(Long::longValue).max().orElse(position);
        while (process.progress().commitPosition() < enough) {
            wantsRead = enough;
            Turn.Order order = turn.pass();
            wantsRead = 0;
            if (order == Turn.Order.TIME_OUT) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void pause() {
        turn.pass();
    }

    @Override
    public long nanoTime() {
        return nanos;
    }
}
