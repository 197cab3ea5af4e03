package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TransactionHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a site's log says in the oracle's own reading: no record of an older epoch, each position once. */
final class PublishedLog {
    /** A transaction that counts. */
    record Published(TransactionHeader header, List<Change> changes) {}

    private final List<Published> transactions = new ArrayList<>();
    private final List<StampedChange> changes = new ArrayList<>();
    private final Map<Long, Published> byPosition = new TreeMap<>();
    private final List<Change> open = new ArrayList<>();
    private final boolean lenient;
    private long epoch;

    private PublishedLog(boolean lenient) {
        this.lenient = lenient;
    }

    /**
     * Reads a log.
     *
     * @param lenient whether two records with one position may differ
     */
    static PublishedLog of(SimulatedLog log, boolean lenient) {
        PublishedLog published = new PublishedLog(lenient);
        for (LogRecord record : log.records()) {
            published.take(record);
        }
        return published;
    }

    List<Published> transactions() {
        return transactions;
    }

    List<StampedChange> changes() {
        return changes;
    }

    private void take(LogRecord record) {
        if (record.epoch() < epoch) {
            return;
        }
        if (record.epoch() > epoch) {
            epoch = record.epoch();
            open.clear();
        }
        if (!(record instanceof LogRecord.Part part)) {
            return;
        }
        if (part.index() == 0) {
            open.clear();
        }
        open.addAll(part.changes());
        if (part.last()) {
            take(new Published(part.header(), List.copyOf(open)));
        }
    }

    private void take(Published transaction) {
        Published known = byPosition.putIfAbsent(transaction.header().position(), transaction);
        if (known == null) {
            transactions.add(transaction);
            for (int i = 0; i < transaction.changes().size(); i++) {
                changes.add(new StampedChange(
                        transaction.header(), i, transaction.changes().get(i)));
            }
        } else if (!known.equals(transaction) && !lenient) {
            throw new Violation("read again, " + known + " became " + transaction);
        }
    }
}
