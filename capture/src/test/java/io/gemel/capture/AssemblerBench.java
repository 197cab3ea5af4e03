package io.gemel.capture;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.api.CaptureListener;
import io.gemel.capture.log.RecordPublisher;
import io.gemel.capture.source.CapturedRow;
import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.PolicyTable;
import io.gemel.conflict.TablePolicy;
import io.gemel.conflict.log.LogStamper;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.conflict.window.LocalChanges;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An assembler with all that it writes to, and a clock that stands still unless a test moves it. */
final class AssemblerBench {
    static final int PART_BYTES = 1024;
    static final long EPOCH = 4;

    final List<LogRecord> sent = new ArrayList<>();
    final List<String> order = new ArrayList<>();
    final ReadProgress progress = new ReadProgress();
    final InFlightWindow window = new InFlightWindow(
            Fixtures.EAST, PolicyTable.of(new TablePolicy(new LastWriterWins(), Set.of())), new Nothing(), 1_000);
    final Assembler assembler;
    long now;
    long captured;

    AssemblerBench() {
        this(new LogStamper(Fixtures.EAST));
    }

    /** @param stamper knows what was published before */
    AssemblerBench(LogStamper stamper) {
        this(stamper, Fixtures.config(PART_BYTES));
    }

    AssemblerBench(LogStamper stamper, CaptureConfig config) {
        assembler = new Assembler(config, EPOCH, stamper, window, progress, new Recording(), new Counting(), () -> now);
    }

    /** Keeps what was sent, and what the window and the progress knew at that moment. */
    private final class Recording implements RecordPublisher {
        private LogRecord preparing = new LogRecord.Opened(0, "");

        @Override
        public Prepared prepare(LogRecord record, TransactionHeader header, long commitMicros) {
            order.add("readable, registered up to " + window.registeredPosition());
            preparing = record;
            return new Prepared(header.position(), 0, header.commitPosition(), commitMicros, 0, new byte[0]);
        }

        @Override
        public void send(Prepared prepared) {
            order.add("sent, registered up to " + window.registeredPosition() + ", read up to "
                    + progress.commitPosition());
            sent.add(preparing);
        }

        @Override
        public void sendInFragments(LogRecord.Part part, long commitMicros) {
            order.add("in fragments, registered up to " + window.registeredPosition());
            sent.add(part);
        }
    }

    private final class Counting implements CaptureListener {
        @Override
        public void captured(long transactions, long changes) {
            captured += changes;
        }

        @Override
        public void published(long position, long commitMicros) {}

        @Override
        public void failed(CaptureException failure) {}
    }

    private static final class Nothing implements LocalChanges {
        @Override
        public Map<RowKey, List<StampedChange>> read(Map<RowKey, List<Long>> positions) {
            return Map.of();
        }

        @Override
        public List<StampedChange> transaction(long position, long bytesMax) {
            return List.of();
        }

        @Override
        public Set<RowKey> keysAfter(TableId table, long position, int most) {
            return Set.of();
        }
    }

    static CapturedRow local(int id, long bytes) {
        return new CapturedRow.Local(Fixtures.insert(id), bytes);
    }

    static CapturedRow applied(long position, long micros) {
        return new CapturedRow.Applied(
                new Marker(position, 1, new Version(micros, Fixtures.WEST), 0, position), "10:20:");
    }

    void transaction(long commitMicros, long commitPosition, CapturedRow... rows) throws Exception {
        assembler.begin(commitPosition + 1, commitMicros);
        for (CapturedRow row : rows) {
            assembler.row(row);
        }
        assembler.end(commitPosition);
    }

    /** What was sent at a place, which must be a part. */
    LogRecord.Part part(int index) {
        return (LogRecord.Part) sent.get(index);
    }
}
