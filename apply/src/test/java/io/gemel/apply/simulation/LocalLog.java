package io.gemel.apply.simulation;

import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a capture process finds when it takes over its site's log: it makes sure that the log is its database's, then announces
 * its epoch, then reads the log up to that announcement, so that nothing of an older process can come in between.
 *
 * @param stamps of every record that counts, heartbeats too
 */
record LocalLog(long epoch, List<LogReader.Received> transactions, List<TransactionHeader> stamps) {
    static LocalLog takeOver(SiteId site, SimulatedLog log, Configuration configuration) {
        LogOwner owner = log.owner();
        if (owner != null && owner.relationOf(Sites.database(site)) != LogOwner.Relation.SAME) {
            throw new Violation("the log of " + site + " is taken for that of " + owner);
        }
        long epoch = configuration.has(Fault.EPOCH_NEVER_GROWS) ? 1 : log.epoch() + 1;
        log.append(new LogRecord.Opened(epoch, site + "-" + epoch, Sites.database(site)));
        return read(site, log, epoch);
    }

    /** What the log holds for a process of an epoch. */
    static LocalLog read(SiteId site, SimulatedLog log, long epoch) {
        List<LogReader.Received> transactions = new ArrayList<>();
        List<TransactionHeader> stamps = new ArrayList<>();
        stamps.add(new TransactionHeader(site, 0, 0, new Version(0, site), 0));
        LogReader reader = new LogReader(log, site, Marker.none(site), 0);
        for (LogReader.@Nullable Received next = reader.take(); next != null; next = reader.take()) {
            stamps.add(next.header());
            if (!next.heartbeat()) {
                transactions.add(next);
            }
        }
        return new LocalLog(epoch, transactions, stamps);
    }

    /** The last record that counts. */
    TransactionHeader tail() {
        return tail(0);
    }

    /** The record a few before the last one: what a process takes for the last that knows less. */
    TransactionHeader tail(int before) {
        return stamps.get(Math.max(0, stamps.size() - 1 - before));
    }
}
