package io.gemel.apply.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.conflict.log.ReadProgress;
import org.junit.jupiter.api.Test;

class WriterHorizonTest {
    private static final long RUNNING = 110;

    private final ReadProgress progress = new ReadProgress();
    private final WriterHorizon writers = new WriterHorizon(progress);

    @Test
    void knows_no_writer_before_a_horizon_was_read_back() {
        assertThat(writers.finished("100:111:110", RUNNING)).isNull();
        assertThat(writers.leastAge(RUNNING)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void has_nothing_to_ask_about_when_everything_behind_the_horizon_is_its_own_or_still_running() {
        progress.horizon("105");
        writers.committed(105);
        writers.beat(106);
        assertThat(writers.finished("107:111:107,108,109,110", RUNNING)).isEmpty();
    }

    @Test
    void asks_about_a_finished_transaction_of_somebody_else() {
        progress.horizon("105");
        writers.committed(105);
        assertThat(writers.finished("107:111:107,108,109,110", RUNNING)).containsExactly(106L);
    }

    @Test
    void counts_rows_younger_than_the_horizon_only_when_they_are_its_own() {
        progress.horizon("105");
        writers.committed(107);
        writers.committed(103);
        writers.refresh();
        assertThat(writers.leastAge(RUNNING)).isEqualTo(6); // the youngest known writer is 104, six before 110
        assertThat(writers.ownIds(RUNNING)).isEqualTo("{107,110}");
    }

    @Test
    void remembers_no_more_own_ids_than_its_limit() {
        progress.horizon("1");
        for (long id = 1; id <= WriterHorizon.OWN_MAX + 5; id++) {
            writers.committed(id);
        }
        writers.refresh();
        assertThat(writers.ownIds(5000).split(",")).hasSize(WriterHorizon.OWN_MAX + 1);
        assertThat(writers.finished("1:1006:", 5000)).isNotEmpty();
    }

    @Test
    void passes_ids_beyond_32_bits_as_the_row_header_has_them() {
        long epoch = 1L << 32;
        progress.horizon(String.valueOf(epoch + 105));
        writers.committed(epoch + 107);
        writers.refresh();
        assertThat(writers.ownIds(epoch + 110)).isEqualTo("{107,110}");
        assertThat(writers.leastAge(epoch + 110)).isEqualTo(6);
    }
}
