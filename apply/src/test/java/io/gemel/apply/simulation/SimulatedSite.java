package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One site: a database and a published log that last, a process that comes and goes, a wall clock that nobody can trust. */
final class SimulatedSite {
    private final SiteId name;
    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final SimulatedLog log;
    private final SimulatedLog peerLog;
    private volatile long micros;
    private SiteProcess process;
    private SimulatedCapture capture;
    private SimulatedApplier applier;
    private @Nullable SimulatedCapture zombie;

    SimulatedSite(
            SiteId name,
            Configuration configuration,
            List<RowImage> initial,
            long micros,
            SimulatedLog log,
            SimulatedLog peerLog) {
        this.name = name;
        this.configuration = configuration;
        this.micros = micros;
        this.log = log;
        this.peerLog = peerLog;
        SiteId peer = Sites.peerOf(name);
        database = new SimulatedDatabase(peer, initial, configuration.unique());
        LocalLog ownLog = LocalLog.takeOver(name, log, configuration);
        process = SiteProcess.start(name, configuration, database, ownLog);
        capture = new SimulatedCapture(configuration, database, log, process, ownLog.epoch(), ownLog.tail(), 0);
        applier = new SimulatedApplier(configuration, database, process, peerLog, peer, () -> this.micros);
    }

    SiteId name() {
        return name;
    }

    SimulatedDatabase database() {
        return database;
    }

    SimulatedLog log() {
        return log;
    }

    SiteProcess process() {
        return process;
    }

    /** Lets time pass, or sets the clock back when {@code step} is negative. */
    void moveClock(long step) {
        micros += step;
    }

    /** Commits a local transaction, unless it would have to wait for a lock of the applier or has nothing to do. */
    boolean commit(List<Change> changes) {
        if (changes.isEmpty() || applier.blocks(changes)) {
            return false;
        }
        database.commitLocal(changes, micros);
        return true;
    }

    boolean read(boolean blink) {
        return capture.read(blink);
    }

    /** Publishes a record; a process that meets a newer epoch starts again. */
    boolean publish() {
        boolean published = capture.publish();
        if (capture.lost()) {
            restartCapture(0);
        }
        return published;
    }

    /**
     * A process of this site's name starts on another database, and halts.
     *
     * @param earlier whether it is of a release that opens the log first
     */
    void stranger(boolean earlier) {
        LogOwner here = Sites.STRANGER;
        LogOwner owner = log.owner();
        boolean refused = owner != null && owner.relationOf(here) != LogOwner.Relation.SAME;
        boolean publishes = configuration.has(Fault.STRANGER_NOT_REFUSED);
        if (!earlier && refused && !publishes) {
            return;
        }
        long epoch = log.epoch() + 1;
        log.append(new LogRecord.Opened(epoch, "stranger-" + epoch, here));
        if (publishes) {
            TransactionHeader known = LocalLog.read(name, log, epoch).tail();
            long commit = known.commitPosition() + 10 * SimulatedDatabase.COMMIT_STRIDE;
            log.append(new LogRecord.Heartbeat(
                    epoch, new TransactionHeader(name, known.position(), commit, known.version(), known.seen())));
        }
    }

    boolean heartbeat() {
        return capture.heartbeat();
    }

    /**
     * Gives the applier the turn.
     *
     * @param most transactions and heartbeats to apply together if it looks for more now
     * @param timesOut whether it has waited for capture long enough
     * @return false when it has nothing to do or capture must read on first
     */
    boolean apply(int most, boolean timesOut) {
        return applier.step(most, timesOut);
    }

    /** Time passes, and old notes are deleted. */
    void passTime() {
        applier.passTime();
    }

    /** The applier's database refuses something, or is lost to it; then the process starts again. */
    void disturb(Turn.Order order) {
        applier.disturb(order);
        if (applier.ended()) {
            crash();
        }
    }

    /** The simulation is over. */
    void close() {
        applier.vanish();
    }

    /** The whole process is gone; another one takes over, with nothing but what the database and the log hold. */
    void crash() {
        if (configuration.has(Setting.ZOMBIE)) {
            zombie = capture;
        }
        applier.vanish();
        LocalLog ownLog = LocalLog.takeOver(name, log, configuration);
        process = SiteProcess.start(name, configuration, database, ownLog);
        capture = restarted(ownLog, 0);
        applier = new SimulatedApplier(configuration, database, process, peerLog, Sites.peerOf(name), () -> micros);
    }

    /**
     * Only capture starts again; the window stays.
     *
     * @param republished how many of the last records it does not know of and publishes again
     */
    void restartCapture(int republished) {
        capture = restarted(LocalLog.takeOver(name, log, configuration), republished);
    }

    private SimulatedCapture restarted(LocalLog ownLog, int republished) {
        boolean ahead = configuration.has(Fault.SLOT_AHEAD_OF_LOG) && capture.idle();
        boolean renumbers = configuration.has(Fault.DUPLICATE_AT_NEW_POSITION);
        TransactionHeader known = ownLog.tail(republished);
        int firstCommit = ahead
                ? capture.nextCommit()
                : Math.toIntExact(known.commitPosition() / SimulatedDatabase.COMMIT_STRIDE);
        return new SimulatedCapture(
                configuration, database, log, process, ownLog.epoch(), renumbers ? ownLog.tail() : known, firstCommit);
    }

    /** The paused predecessor publishes one record more. */
    boolean zombiePublishes() {
        return zombie != null && zombie.publish();
    }
}
