package io.gemel.conflict.simulation;

import io.gemel.transaction.LogRecord;
import java.util.ArrayList;
import java.util.List;

/** A site's published log: whatever any process of the site has ever appended, in that order. */
final class SimulatedLog {
    private final List<LogRecord> records = new ArrayList<>();

    void append(LogRecord record) {
        records.add(record);
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
