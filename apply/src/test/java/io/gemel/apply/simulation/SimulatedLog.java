package io.gemel.apply.simulation;

import io.gemel.conflict.log.LogOwnership;
import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A site's published log: whatever any process of the site has ever appended, in that order. */
final class SimulatedLog {
    private final List<LogRecord> records = new ArrayList<>();

    /** Returns the record's offset. */
    int append(LogRecord record) {
        records.add(record);
        return records.size() - 1;
    }

    /** The database that owns the log, or null. */
    @Nullable
    LogOwner owner() {
        LogOwnership ownership = new LogOwnership();
        records.forEach(ownership::read);
        return ownership.owner();
    }

    int size() {
        return records.size();
    }

    LogRecord get(int offset) {
        return records.get(offset);
    }

    List<LogRecord> records() {
        return List.copyOf(records);
    }

    /** The greatest epoch in which a process opened the log, or 0. */
    long epoch() {
        long epoch = 0;
        for (LogRecord record : records) {
            epoch = Math.max(epoch, record.epoch());
        }
        return epoch;
    }
}
