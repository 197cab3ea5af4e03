package io.gemel.capture.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.capture.Fixtures;
import io.gemel.capture.api.CaptureException;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LogTailTest {
    private final LogTail tail = new LogTail(Fixtures.EAST, "gemel.east");

    private static LogRecord opened(long epoch, String writer) {
        return new LogRecord.Opened(epoch, writer);
    }

    private static LogRecord part(long epoch, long position, long commit) {
        return new LogRecord.Part(
                epoch,
                header(Fixtures.EAST, position, commit),
                0,
                commit != TransactionHeader.UNKNOWN_COMMIT,
                0,
                List.of());
    }

    private static LogRecord beat(long epoch, long position, long commit) {
        return new LogRecord.Heartbeat(epoch, header(Fixtures.EAST, position, commit));
    }

    private static TransactionHeader header(SiteId site, long position, long commit) {
        return new TransactionHeader(site, position, commit, new Version(position, site), 0);
    }

    private void read(LogRecord... records) throws CaptureException {
        for (LogRecord record : records) {
            tail.read(record);
        }
    }

    private TransactionHeader last() {
        return Objects.requireNonNull(tail.last());
    }

    @Test
    void of_a_new_log_is_empty() {
        assertThat(tail.epoch()).isZero();
        assertThat(tail.last()).isNull();
        assertThat(tail.isSure(0)).isFalse();
    }

    @Test
    void is_the_last_complete_record() throws Exception {
        read(opened(1, "a"), part(1, 1, 10), beat(1, 1, 20), part(1, 2, TransactionHeader.UNKNOWN_COMMIT));

        assertThat(last()).isEqualTo(header(Fixtures.EAST, 1, 20));
        assertThat(tail.isSure(1_000)).isTrue();
    }

    @Test
    void leaves_out_what_a_replaced_process_wrote_late() throws Exception {
        read(opened(1, "a"), part(1, 1, 10), opened(2, "b"), part(1, 2, 20), part(2, 2, 20), part(1, 3, 30));

        assertThat(last().position()).isEqualTo(2);
        assertThat(tail.epoch()).isEqualTo(2);
    }

    @Test
    void belongs_to_the_first_of_two_that_opened_the_same_epoch() throws Exception {
        read(opened(3, "first"), opened(3, "second"));

        assertThat(tail.writer()).isEqualTo("first");
    }

    @Test
    void is_not_sure_of_a_record_before_the_only_take_over_in_sight() throws Exception {
        read(part(3, 8, 80), opened(5, "b"));

        assertThat(tail.isSure(1_000)).isFalse();
        assertThat(tail.isSure(0)).isTrue();
    }

    @Test
    void halts_at_another_sites_record() {
        LogRecord foreign = new LogRecord.Heartbeat(1, header(Fixtures.WEST, 1, 1));

        assertThatThrownBy(() -> tail.read(foreign))
                .isInstanceOf(CaptureException.class)
                .hasMessageContaining("two sites must not share a topic");
    }

    @Test
    void remembers_the_last_commits_and_not_those_of_an_outdated_process() throws Exception {
        read(opened(2, "new"), part(2, 1, 100), beat(2, 1, 150), part(1, 2, 160), part(2, 2, 200));

        assertThat(tail.published().commits()).containsExactly(100L, 150L, 200L);

        for (int i = 1; i <= 200; i++) {
            read(part(2, 2 + i, 200 + i));
        }
        assertThat(tail.published().commits()).hasSize(100).startsWith(301L).endsWith(400L);
    }
}
