package io.gemel.capture;

import io.gemel.conflict.LocalChanges;
import io.gemel.transaction.BadRecordException;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TransactionCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Reads this site's own changes back from the recent records, and from the topic those that are no longer there. Thread-safe. */
final class OwnChanges implements LocalChanges {
    private final RecentRecords recent;
    private final OffsetIndex offsets;
    private final OwnLog log;
    private final TransactionCodec codec = new TransactionCodec();

    OwnChanges(RecentRecords recent, OffsetIndex offsets, OwnLog log) {
        this.recent = recent;
        this.offsets = offsets;
        this.log = log;
    }

    @Override
    public synchronized List<StampedChange> read(RowKey key, List<Long> positions) {
        List<StampedChange> found = new ArrayList<>();
        for (long position : positions) {
            for (LogRecord.Part part : parts(position)) {
                collect(part, key, found);
            }
        }
        return found;
    }

    private static void collect(LogRecord.Part part, RowKey key, List<StampedChange> found) {
        int index = part.firstChange();
        for (Change change : part.changes()) {
            if (!(change instanceof Change.Truncate) && change.key().equals(key)) {
                found.add(new StampedChange(part.stamp(), index, change));
            }
            index++;
        }
    }

    private List<LogRecord.Part> parts(long position) {
        // Before the topic: what is forgotten in between is in the topic by then.
        List<RecentRecords.Entry> here = recent.partsOf(position);
        List<LogRecord.Part> parts = new ArrayList<>();
        if (here.isEmpty() || here.get(0).part() > 0) {
            fromTopic(position, part -> {
                if (part.stamp().position() == position) {
                    if (part.index() == 0) {
                        parts.clear(); // an earlier process may have left the transaction unfinished
                    }
                    parts.add(part);
                }
            });
        }
        for (RecentRecords.Entry entry : here) {
            if (entry.part() == parts.size()) {
                parts.add(decode(entry));
            }
        }
        if (parts.isEmpty()) {
            throw new UncheckedIOException(
                    new IOException("position " + position + " of this site's own log cannot be read back"));
        }
        return parts;
    }

    @Override
    public synchronized Set<RowKey> keysAfter(TableId table, long position) {
        Set<RowKey> keys = new HashSet<>();
        Consumer<LogRecord.Part> collect = part -> {
            if (part.stamp().position() > position) {
                part.changes().stream()
                        .filter(change -> !(change instanceof Change.Truncate)
                                && change.table().equals(table))
                        .forEach(change -> keys.add(change.key()));
            }
        };
        List<RecentRecords.Entry> here = recent.partsAfter(position);
        here.forEach(entry -> collect.accept(decode(entry)));
        if (here.isEmpty()
                || here.get(0).position() > position + 1
                || here.get(0).part() > 0) {
            fromTopic(position + 1, Long.MAX_VALUE, collect);
        }
        return keys;
    }

    private void fromTopic(long position, Consumer<LogRecord.Part> reader) {
        fromTopic(position, position, reader);
    }

    private void fromTopic(long from, long to, Consumer<LogRecord.Part> reader) {
        try {
            OwnLog.Stretch all = log.everything();
            long begin = Math.max(all.begin(), offsets.before(from, all.begin()));
            log.read(new OwnLog.Stretch(begin, all.end()), (offset, record) -> {
                if (record instanceof LogRecord.Part part) {
                    if (part.index() == 0) {
                        offsets.note(part.stamp().position(), offset);
                    }
                    reader.accept(part);
                    return part.stamp().position() < to || !part.last();
                }
                return true;
            });
        } catch (CaptureException e) {
            throw new UncheckedIOException(new IOException("this site's own log cannot be read back", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while reading this site's own log back", e));
        }
    }

    private LogRecord.Part decode(RecentRecords.Entry entry) {
        try {
            return (LogRecord.Part) codec.decode(entry.bytes());
        } catch (BadRecordException e) {
            throw new IllegalStateException("a record that was encoded here cannot be decoded", e);
        }
    }
}
