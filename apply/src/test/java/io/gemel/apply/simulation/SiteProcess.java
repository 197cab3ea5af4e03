package io.gemel.apply.simulation;

import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.conflict.window.SupersededNote;
import io.gemel.transaction.Change;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import java.util.List;

/** The memory of one process that capture and applier share: the window, the own changes behind it, capture's progress. */
final class SiteProcess {
    private final InFlightWindow window;
    private final OwnChanges ownChanges = new OwnChanges();
    private final ReadProgress progress = new ReadProgress();
    private long readMicros;

    private SiteProcess(SiteId site, Configuration configuration) {
        window = new InFlightWindow(site, configuration.policies(), ownChanges, Integer.MAX_VALUE);
    }

    /** A process that starts: what the database stored, then what the own log says beyond the marker. */
    static SiteProcess start(SiteId site, Configuration configuration, SimulatedDatabase database, LocalLog ownLog) {
        SiteProcess process = new SiteProcess(site, configuration);
        if (!configuration.has(Fault.ENTRIES_NOT_STORED)) {
            database.stored().forEach((key, entry) -> process.window.restore(key, entry));
        }
        for (SupersededNote note : database.voids()) {
            boolean forgotten = configuration.has(Fault.VOID_NOTES_NOT_STORED)
                    || (configuration.has(Fault.VOID_REBUILT_INTO_WINDOW)
                            && note.origin().equals(site));
            if (!forgotten) {
                process.window.restore(note);
            }
        }
        long peerSeen = database.marker().peerSeen();
        if (!configuration.has(Fault.STORED_ENTRIES_OUTDATED)) {
            process.window.acknowledge(peerSeen);
        }
        for (LogReader.Received transaction : ownLog.transactions()) {
            if (transaction.header().position() > peerSeen) {
                process.register(transaction.header(), 0, transaction.changes());
            }
        }
        process.progress.read(ownLog.tail().commitPosition());
        return process;
    }

    void register(TransactionHeader header, int firstIndex, List<Change> changes) {
        ownChanges.add(header, firstIndex, changes);
        try {
            window.register(header, firstIndex, changes);
        } catch (InterruptedException e) {
            throw new IllegalStateException("the window of a single-threaded simulation never waits", e);
        }
    }

    InFlightWindow window() {
        return window;
    }

    ReadProgress progress() {
        return progress;
    }

    /** Commit time of the newest that capture has read, by the clock. */
    long readMicros() {
        return readMicros;
    }

    void readUpTo(long commitPosition, long micros) {
        progress.read(commitPosition);
        readMicros = Math.max(readMicros, micros);
    }
}
