package io.gemel.capture.log;

import io.gemel.capture.api.CaptureException;
import io.gemel.conflict.window.LocalChanges;
import io.gemel.conflict.window.WindowEntry;
import io.gemel.transaction.AllRows;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.FragmentJoiner;
import io.gemel.transaction.codec.TransactionCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Reads this site's own changes back from the recent records, and from the topic those that are no longer there. Thread-safe. */
public final class OwnChanges implements LocalChanges {
    /** Positions between two wanted ones from which on the stretch in between is not read. */
    private static final int SKIP_MIN = 1_000;

    private static final Comparator<StampedChange> LOG_ORDER =
            Comparator.comparingLong(StampedChange::position).thenComparingInt(StampedChange::index);

    private final RecentRecords recent;
    private final OffsetIndex offsets;
    private final LocalLog log;
    private final TransactionCodec codec = new TransactionCodec();

    public OwnChanges(RecentRecords recent, OffsetIndex offsets, LocalLog log) {
        this.recent = recent;
        this.offsets = offsets;
        this.log = log;
    }

    @Override
    public synchronized Map<RowKey, List<StampedChange>> read(Map<RowKey, List<Long>> positions) {
        Collected collected = new Collected(positions);
        NavigableSet<Long> missing = new TreeSet<>();
        for (long position : collected.positions) {
            // Before the topic: what is forgotten in between is in the topic by then.
            List<RecentRecords.Entry> here = recent.partsOf(position);
            if (!RecentRecords.isWhole(here)) {
                missing.add(position);
            }
            decode(here, collected::take);
        }
        while (!missing.isEmpty()) {
            long last = endOfRun(missing);
            fromTopic(missing.first(), last, collected::take);
            missing.headSet(last, true).clear();
        }
        return collected.changes();
    }

    @Override
    public synchronized List<StampedChange> transaction(long position, long bytesMax) {
        Whole whole = new Whole(bytesMax);
        Consumer<LogRecord.Part> collect = part -> {
            if (part.header().position() == position) {
                whole.take(part);
            }
        };
        List<RecentRecords.Entry> here = recent.partsOf(position);
        if (RecentRecords.isWhole(here)) {
            decode(here, collect);
        } else {
            fromTopic(position, position, collect);
        }
        return whole.changes;
    }

    /** The changes of one transaction, as far as there is memory for them. */
    private static final class Whole {
        final List<StampedChange> changes = new ArrayList<>();
        private final long bytesMax;
        private long bytes;

        Whole(long bytesMax) {
            this.bytesMax = bytesMax;
        }

        void take(LogRecord.Part part) {
            if (part.index() == 0) { // an earlier process may have left it unfinished
                changes.clear();
                bytes = 0;
            }
            int index = part.firstChange();
            for (Change each : part.changes()) {
                if (bytes > bytesMax) {
                    return;
                }
                StampedChange change = new StampedChange(part.header(), index++, each);
                changes.add(change);
                bytes += WindowEntry.bytes(change);
            }
        }
    }

    /** The last of the positions that are read in one go with the first: skipping a short stretch costs more than reading it. */
    private static long endOfRun(NavigableSet<Long> positions) {
        long last = positions.first();
        for (long next : positions) {
            if (next - last > SKIP_MIN) {
                break;
            }
            last = next;
        }
        return last;
    }

    /** What is found of the wanted keys' changes; a transaction that an earlier process left unfinished is found again later. */
    private static final class Collected {
        final NavigableSet<Long> positions = new TreeSet<>();
        private final Set<Long> found = new HashSet<>();
        private final Map<RowKey, NavigableSet<StampedChange>> byKey = new HashMap<>();

        Collected(Map<RowKey, List<Long>> wanted) {
            wanted.forEach((key, places) -> {
                positions.addAll(places);
                byKey.put(key, new TreeSet<>(LOG_ORDER));
            });
        }

        void take(LogRecord.Part part) {
            if (!positions.contains(part.header().position())) {
                return;
            }
            found.add(part.header().position());
            int index = part.firstChange();
            for (Change change : part.changes()) {
                boolean row = !(change instanceof Change.Truncate) && !(change instanceof Change.Park);
                NavigableSet<StampedChange> wanted = row ? byKey.get(change.key()) : null;
                if (wanted != null) {
                    wanted.add(new StampedChange(part.header(), index, change));
                }
                index++;
            }
        }

        Map<RowKey, List<StampedChange>> changes() {
            positions.removeAll(found);
            if (!positions.isEmpty()) {
                throw new UncheckedIOException(new IOException(
                        "position " + positions.first() + " of this site's own log cannot be read back"));
            }
            Map<RowKey, List<StampedChange>> changes = new HashMap<>();
            byKey.forEach((key, wanted) -> changes.put(key, List.copyOf(wanted)));
            return changes;
        }
    }

    @Override
    public synchronized Set<RowKey> keysAfter(TableId table, long position, int most) {
        Set<RowKey> keys = new HashSet<>();
        Consumer<LogRecord.Part> collect = part -> {
            if (part.header().position() > position) {
                part.changes().stream()
                        .filter(change -> !(change instanceof Change.Truncate)
                                && !AllRows.areMeant(change)
                                && change.table().equals(table))
                        .takeWhile(change -> keys.size() <= most)
                        .forEach(change -> keys.add(change.key()));
            }
        };
        List<RecentRecords.Entry> here = recent.partsAfter(position);
        decode(here, collect);
        if (!RecentRecords.isWhole(here) || here.get(0).position() > position + 1) {
            fromTopic(position + 1, Long.MAX_VALUE, collect);
        }
        return keys;
    }

    private void fromTopic(long from, long to, Consumer<LogRecord.Part> reader) {
        FragmentJoiner joiner = new FragmentJoiner();
        try {
            LocalLog.Stretch all = log.everything();
            long begin = Math.max(all.begin(), offsets.before(from, all.begin()));
            log.read(new LocalLog.Stretch(begin, all.end()), stored -> {
                if (stored.beginsTransaction()) {
                    offsets.note(stored.position(), stored.offset());
                }
                LogRecord.Part part = stored.position() < from ? null : log.whole(stored, joiner);
                if (part == null) {
                    return true;
                }
                reader.accept(part);
                return part.header().position() < to || !part.last();
            });
        } catch (CaptureException e) {
            throw new UncheckedIOException(new IOException("this site's own log cannot be read back", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while reading this site's own log back", e));
        }
    }

    private void decode(List<RecentRecords.Entry> entries, Consumer<LogRecord.Part> reader) {
        for (RecentRecords.Entry entry : entries) {
            if (!entry.isElsewhere()) {
                reader.accept(decode(entry));
            }
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
