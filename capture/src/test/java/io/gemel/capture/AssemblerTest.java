package io.gemel.capture;

import static io.gemel.capture.AssemblerBench.EPOCH;
import static io.gemel.capture.AssemblerBench.PART_BYTES;
import static io.gemel.capture.AssemblerBench.applied;
import static io.gemel.capture.AssemblerBench.local;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.capture.source.CapturedRow;
import io.gemel.conflict.log.LogStamper;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AssemblerTest {
    private AssemblerBench bench = new AssemblerBench();

    @Test
    void publishes_a_local_transaction_as_one_last_part() throws Exception {
        bench.transaction(500, 77, local(1, 10), local(2, 10));

        assertThat(bench.sent)
                .containsExactly(new LogRecord.Part(
                        EPOCH,
                        new TransactionHeader(Fixtures.EAST, 1, 77, new Version(500, Fixtures.EAST), 0),
                        0,
                        true,
                        0,
                        List.of(Fixtures.insert(1), Fixtures.insert(2))));
        assertThat(bench.captured).isEqualTo(2);
    }

    @Test
    void makes_a_change_readable_then_registers_it_then_sends_it_then_says_it_was_read() throws Exception {
        bench.transaction(500, 77, local(1, 10));

        assertThat(bench.order)
                .containsExactly("readable, registered up to 0", "sent, registered up to 1, read up to 0");
        assertThat(bench.progress.commitPosition()).isEqualTo(77);
    }

    @Test
    void publishes_a_large_transaction_in_parts_and_names_the_commit_only_in_the_last() throws Exception {
        bench.transaction(500, 77, local(1, 600), local(2, 600), local(3, 600), local(4, 600), local(5, 10));

        assertThat(bench.sent)
                .extracting(record -> ((LogRecord.Part) record).header().position())
                .containsOnly(1L);
        assertThat(bench.sent)
                .extracting(record -> ((LogRecord.Part) record).index())
                .containsExactly(0, 1, 2, 3);
        assertThat(bench.sent)
                .extracting(record -> ((LogRecord.Part) record).firstChange())
                .containsExactly(0, 1, 2, 3);
        assertThat(bench.sent)
                .extracting(record -> ((LogRecord.Part) record).last())
                .containsExactly(false, false, false, true);
        assertThat(bench.sent)
                .extracting(record -> ((LogRecord.Part) record).header().commitPosition())
                .containsExactly(
                        TransactionHeader.UNKNOWN_COMMIT,
                        TransactionHeader.UNKNOWN_COMMIT,
                        TransactionHeader.UNKNOWN_COMMIT,
                        77L);
        assertThat(bench.window.keys()).isEqualTo(5);
    }

    @Test
    void sends_a_row_that_is_larger_than_a_part_in_fragments_and_registers_it_when_it_is_in_the_log() throws Exception {
        bench.transaction(500, 77, local(1, 10), local(2, PART_BYTES + 1), local(3, 10));

        assertThat(bench.sent)
                .extracting(record -> ((LogRecord.Part) record).firstChange())
                .containsExactly(0, 1, 2);
        assertThat(bench.part(1).last()).isFalse();
        assertThat(bench.part(2).last()).isTrue();
        assertThat(bench.order).contains("in fragments, registered up to 1").hasSize(5);
        assertThat(bench.window.keys()).isEqualTo(3);
    }

    @Test
    void publishes_a_single_row_of_any_size_as_the_last_part() throws Exception {
        bench.transaction(500, 77, local(1, Assembler.HELD_BYTES_MAX / 2));

        assertThat(bench.sent).hasSize(1);
        assertThat(bench.part(0).last()).isTrue();
    }

    @Test
    void does_not_hold_a_very_large_row_until_the_next_one_comes() throws Exception {
        bench.assembler.begin(7, 500);
        bench.assembler.row(local(1, Assembler.HELD_BYTES_MAX + 1));

        assertThat(bench.sent).hasSize(1);
        assertThat(bench.part(0).last()).isFalse();
    }

    @Test
    void publishes_nothing_of_an_applied_transaction_but_moves_clock_and_seen() throws Exception {
        bench.transaction(400, 10, applied(9, 9_000), local(1, 10));
        bench.transaction(500, 77, local(2, 10));

        assertThat(bench.sent).hasSize(1);
        assertThat(bench.part(0).header())
                .isEqualTo(new TransactionHeader(Fixtures.EAST, 1, 77, new Version(9_001, Fixtures.EAST), 9));
        assertThat(bench.progress.horizon()).isEqualTo("10:20:");
        assertThat(bench.window.keys()).isEqualTo(1);
    }

    @Test
    void wants_no_local_rows_once_it_has_met_a_marker() throws Exception {
        bench.assembler.begin(7, 1);
        assertThat(bench.assembler.wantsLocalRows()).isTrue();
        bench.assembler.row(applied(9, 9_000));
        assertThat(bench.assembler.wantsLocalRows()).isFalse();
        bench.assembler.end(10);
        bench.assembler.begin(7, 2);
        assertThat(bench.assembler.wantsLocalRows()).isTrue();
    }

    @Test
    void passes_over_markers_and_corrections_that_are_not_the_appliers() throws Exception {
        bench.assembler.begin(7, 1);
        bench.assembler.row(new CapturedRow.Correction(Fixtures.insert(2), 10));
        bench.assembler.row(new CapturedRow.Stray(GemelTable.EMIT));
        bench.assembler.row(local(1, 10));
        bench.assembler.row(applied(9, 9_000));
        bench.assembler.end(10);

        assertThat(bench.sent)
                .singleElement()
                .isInstanceOfSatisfying(
                        LogRecord.Part.class, part -> assertThat(part.changes()).hasSize(1));
        assertThat(bench.window.keys()).isOne();
    }

    @Test
    void passes_over_what_is_published_already_but_counts_it_as_read() throws Exception {
        bench = new AssemblerBench(
                new LogStamper(new TransactionHeader(Fixtures.EAST, 5, 77, new Version(500, Fixtures.EAST), 3)));

        bench.transaction(499, 77, local(1, 10));
        bench.transaction(501, 78, local(2, 10));

        assertThat(bench.sent).hasSize(1);
        assertThat(bench.part(0).header().position()).isEqualTo(6);
        assertThat(bench.part(0).changes()).containsExactly(Fixtures.insert(2));
        assertThat(bench.progress.commitPosition()).isEqualTo(78);
    }

    @Test
    void says_that_a_transaction_is_read_when_the_window_knows_of_it() throws Exception {
        bench.assembler.begin(7, 1);
        bench.assembler.row(local(1, 10));
        assertThat(bench.progress.hasRead(Set.of(7L))).isFalse();
        bench.assembler.end(10);

        assertThat(bench.window.keys()).isOne();
        assertThat(bench.progress.hasRead(Set.of(7L))).isTrue();
    }

    @Test
    void counts_a_place_between_transactions_as_read() throws Exception {
        bench.assembler.passed(99);
        assertThat(bench.progress.commitPosition()).isEqualTo(99);
        bench.assembler.begin(7, 1);
        bench.assembler.passed(120);
        assertThat(bench.progress.commitPosition()).isEqualTo(99);
    }

    @Test
    void refuses_rows_outside_of_a_transaction_and_transactions_inside_of_one() {
        assertThatThrownBy(() -> bench.assembler.row(local(1, 10))).isInstanceOf(IllegalStateException.class);
        bench.assembler.begin(7, 1);
        assertThatThrownBy(() -> bench.assembler.begin(7, 2)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void makes_versions_of_the_clock_it_is_given() throws Exception {
        bench = new AssemblerBench(
                new LogStamper(Fixtures.EAST),
                Fixtures.config("jdbc:postgresql:bank", PART_BYTES, micros -> micros - 100));

        bench.transaction(500, 77, local(1, 10));

        assertThat(bench.part(0).header().version().micros()).isEqualTo(400);
    }
}
