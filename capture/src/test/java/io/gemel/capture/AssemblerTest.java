package io.gemel.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.capture.CaptureException.Classification;
import io.gemel.conflict.InFlightWindow;
import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.LocalChanges;
import io.gemel.conflict.LogStamper;
import io.gemel.conflict.PolicyTable;
import io.gemel.conflict.ReadProgress;
import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.Stamp;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AssemblerTest {
    private static final int PART_BYTES = 1024;
    private static final long EPOCH = 4;
    private static final long MILLI = 1_000_000;

    private final List<LogRecord> sent = new ArrayList<>();
    private final List<String> order = new ArrayList<>();
    private final ReadProgress progress = new ReadProgress();
    private final InFlightWindow window = new InFlightWindow(
            Fixtures.EAST, PolicyTable.of(new TablePolicy(new LastWriterWins(), Set.of())), new Nothing(), 1_000);
    private long now;
    private long captured;
    private Assembler assembler = assembler(new LogStamper(Fixtures.EAST));

    private Assembler assembler(LogStamper stamper) {
        return new Assembler(
                Fixtures.config(PART_BYTES),
                EPOCH,
                stamper,
                window,
                progress,
                new Recording(),
                new Counting(),
                () -> now);
    }

    /** Keeps what was sent, and what the window and the progress knew at that moment. */
    private final class Recording implements RecordPublisher {
        private LogRecord preparing = new LogRecord.Opened(0, "");

        @Override
        public Prepared prepare(LogRecord record, Stamp stamp, long commitMicros) {
            order.add("readable, registered up to " + window.registeredPosition());
            preparing = record;
            return new Prepared(stamp.position(), 0, stamp.commitPosition(), commitMicros, new byte[0]);
        }

        @Override
        public void send(Prepared prepared) {
            order.add("sent, registered up to " + window.registeredPosition() + ", read up to "
                    + progress.commitPosition());
            sent.add(preparing);
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
        public List<StampedChange> transaction(long position) {
            return List.of();
        }

        @Override
        public Set<RowKey> keysAfter(TableId table, long position) {
            return Set.of();
        }
    }

    private static CapturedRow local(int id, long bytes) {
        return new CapturedRow.Local(Fixtures.insert(id), bytes);
    }

    private static CapturedRow applied(long position, long micros) {
        return new CapturedRow.Applied(
                new Marker(position, 1, new Version(micros, Fixtures.WEST), 0, position), "10:20:");
    }

    private void transaction(long commitMicros, long commitPosition, CapturedRow... rows) throws Exception {
        assembler.begin(commitMicros);
        for (CapturedRow row : rows) {
            assembler.row(row);
        }
        assembler.end(commitPosition);
    }

    private LogRecord.Part part(int index) {
        return (LogRecord.Part) sent.get(index);
    }

    @Test
    void publishes_a_local_transaction_as_one_last_part() throws Exception {
        transaction(500, 77, local(1, 10), local(2, 10));

        assertThat(sent)
                .containsExactly(new LogRecord.Part(
                        EPOCH,
                        new Stamp(Fixtures.EAST, 1, 77, new Version(500, Fixtures.EAST), 0),
                        0,
                        true,
                        0,
                        List.of(Fixtures.insert(1), Fixtures.insert(2))));
        assertThat(captured).isEqualTo(2);
    }

    @Test
    void makes_a_change_readable_then_registers_it_then_sends_it_then_says_it_was_read() throws Exception {
        transaction(500, 77, local(1, 10));

        assertThat(order).containsExactly("readable, registered up to 0", "sent, registered up to 1, read up to 0");
        assertThat(progress.commitPosition()).isEqualTo(77);
    }

    @Test
    void publishes_a_large_transaction_in_parts_and_names_the_commit_only_in_the_last() throws Exception {
        transaction(500, 77, local(1, 600), local(2, 600), local(3, 600), local(4, 600), local(5, 10));

        assertThat(sent)
                .extracting(record -> ((LogRecord.Part) record).stamp().position())
                .containsOnly(1L);
        assertThat(sent).extracting(record -> ((LogRecord.Part) record).index()).containsExactly(0, 1, 2);
        assertThat(sent)
                .extracting(record -> ((LogRecord.Part) record).firstChange())
                .containsExactly(0, 2, 4);
        assertThat(sent).extracting(record -> ((LogRecord.Part) record).last()).containsExactly(false, false, true);
        assertThat(sent)
                .extracting(record -> ((LogRecord.Part) record).stamp().commitPosition())
                .containsExactly(Stamp.UNKNOWN_COMMIT, Stamp.UNKNOWN_COMMIT, 77L);
        assertThat(window.keys()).isEqualTo(5);
    }

    @Test
    void ends_a_transaction_that_exactly_filled_its_parts_with_an_empty_last_part() throws Exception {
        transaction(500, 77, local(1, PART_BYTES));

        assertThat(sent).hasSize(2);
        assertThat(part(1).last()).isTrue();
        assertThat(part(1).changes()).isEmpty();
    }

    @Test
    void publishes_nothing_of_an_applied_transaction_but_moves_clock_and_seen() throws Exception {
        transaction(400, 10, applied(9, 9_000), local(1, 10));
        transaction(500, 77, local(2, 10));

        assertThat(sent).hasSize(1);
        assertThat(part(0).stamp()).isEqualTo(new Stamp(Fixtures.EAST, 1, 77, new Version(9_001, Fixtures.EAST), 9));
        assertThat(progress.horizon()).isEqualTo("10:20:");
        assertThat(window.keys()).isEqualTo(1);
    }

    @Test
    void wants_no_local_rows_once_it_has_met_a_marker() throws Exception {
        assembler.begin(1);
        assertThat(assembler.wantsLocalRows()).isTrue();
        assembler.row(applied(9, 9_000));
        assertThat(assembler.wantsLocalRows()).isFalse();
        assembler.end(10);
        assembler.begin(2);
        assertThat(assembler.wantsLocalRows()).isTrue();
    }

    @Test
    void halts_at_a_marker_that_is_not_a_transactions_first_row() {
        assembler.begin(1);

        assertThatThrownBy(() -> {
                    assembler.row(local(1, 10));
                    assembler.row(applied(9, 9_000));
                })
                .isInstanceOfSatisfying(
                        CaptureException.class,
                        e -> assertThat(e.classification()).isEqualTo(Classification.HALT));
    }

    @Test
    void halts_at_a_correction_that_is_not_the_appliers() {
        assembler.begin(1);

        assertThatThrownBy(() -> assembler.row(new CapturedRow.Correction(Fixtures.insert(1), 10)))
                .isInstanceOf(CaptureException.class)
                .hasMessageContaining("gemel.emit");
    }

    @Test
    void passes_over_what_is_published_already_but_counts_it_as_read() throws Exception {
        assembler = assembler(new LogStamper(new Stamp(Fixtures.EAST, 5, 77, new Version(500, Fixtures.EAST), 3)));

        transaction(499, 77, local(1, 10));
        transaction(501, 78, local(2, 10));

        assertThat(sent).hasSize(1);
        assertThat(part(0).stamp().position()).isEqualTo(6);
        assertThat(part(0).changes()).containsExactly(Fixtures.insert(2));
        assertThat(progress.commitPosition()).isEqualTo(78);
    }

    @Test
    void reads_a_heartbeats_horizon_back_and_publishes_one_when_nothing_else_was_for_a_second() throws Exception {
        transaction(1, 10, new CapturedRow.Beat("1:2:"));
        assertThat(sent).isEmpty();
        assertThat(progress.horizon()).isEqualTo("1:2:");

        now += Assembler.IDLE_HEARTBEAT_NANOS;
        transaction(2, 20, new CapturedRow.Beat("3:4:"));

        assertThat(sent)
                .containsExactly(new LogRecord.Heartbeat(
                        EPOCH, new Stamp(Fixtures.EAST, 0, 20, new Version(0, Fixtures.EAST), 0)));
    }

    @Test
    void tells_the_peer_what_was_seen_at_most_once_per_heartbeat_interval() throws Exception {
        transaction(1, 10, applied(1, 100));
        now += 99 * MILLI;
        transaction(2, 20, new CapturedRow.Beat(null));
        assertThat(sent).isEmpty();
        now += MILLI;
        transaction(3, 30, new CapturedRow.Beat(null));
        transaction(4, 40, applied(2, 100));
        transaction(5, 50, new CapturedRow.Beat(null));
        now += 100 * MILLI;
        transaction(6, 60, new CapturedRow.Beat(null));
        now += 100 * MILLI;
        transaction(7, 70, new CapturedRow.Beat(null));

        assertThat(sent)
                .extracting(record -> ((LogRecord.Heartbeat) record).stamp().seen())
                .containsExactly(1L, 2L);
        assertThat(sent)
                .extracting(record -> ((LogRecord.Heartbeat) record).stamp().commitPosition())
                .containsExactly(30L, 60L);
    }

    @Test
    void publishes_a_heartbeat_at_once_when_one_was_asked_for() throws Exception {
        transaction(1, 10, local(1, 10));
        progress.askForHeartbeat(15);
        transaction(2, 15, new CapturedRow.Beat(null));
        assertThat(sent).hasSize(1);
        transaction(3, 20, new CapturedRow.Beat(null));
        transaction(4, 30, new CapturedRow.Beat(null));

        assertThat(sent).hasSize(2);
        assertThat(((LogRecord.Heartbeat) sent.get(1)).stamp().commitPosition()).isEqualTo(20);
    }

    @Test
    void counts_a_place_between_transactions_as_read() throws Exception {
        assembler.passed(99);
        assertThat(progress.commitPosition()).isEqualTo(99);
        assembler.begin(1);
        assembler.passed(120);
        assertThat(progress.commitPosition()).isEqualTo(99);
    }

    @Test
    void refuses_rows_outside_of_a_transaction_and_transactions_inside_of_one() {
        assertThatThrownBy(() -> assembler.row(local(1, 10))).isInstanceOf(IllegalStateException.class);
        assembler.begin(1);
        assertThatThrownBy(() -> assembler.begin(2)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void makes_versions_of_the_clock_it_is_given() throws Exception {
        assembler = new Assembler(
                Fixtures.config("jdbc:postgresql:bank", PART_BYTES, micros -> micros - 100),
                EPOCH,
                new LogStamper(Fixtures.EAST),
                window,
                progress,
                new Recording(),
                new Counting(),
                () -> now);

        transaction(500, 77, local(1, 10));

        assertThat(part(0).stamp().version().micros()).isEqualTo(400);
    }
}
